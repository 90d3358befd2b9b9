using Pipeline.Identity;

namespace Pipeline.Resolver;

/// <summary>One row of the LID table. Tables are never shared between businesses.</summary>
public readonly record struct LidKey(long BusinessId, Lid Lid);
