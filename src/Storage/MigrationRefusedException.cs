namespace Pipeline.Storage;

/// <summary>The database was made by files other than this build's: applying more would leave it in a state that nobody has tested.</summary>
public sealed class MigrationRefusedException(string message) : Exception(message);
