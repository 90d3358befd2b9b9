using Pipeline.ProtoCheck;

// ProtoCheck FOLDER: compares FOLDER (proto/) with every copy in FOLDER/released/. 0: it reads them all; 1: it does not; 2: usage.
if (args is not [var folder] || !Directory.Exists(folder))
{
    Console.Error.WriteLine("usage: ProtoCheck FOLDER     the folder proto/ of the checkout");
    return 2;
}

var releases = ProtoFolder.ReleasesOf(folder);
if (releases.Count == 0)
{
    Console.Error.WriteLine($"{folder}/released has no copy of a release to compare with.");
    return 1;
}

try
{
    var current = ProtoFolder.Read(folder);
    var refusals = releases.SelectMany(release => Compatibility.Compare(release.Version, ProtoFolder.Read(release.Path), current)).ToList();
    foreach (var refusal in refusals) Console.Error.WriteLine(refusal);
    if (refusals.Count > 0) return 1;

    Console.WriteLine($"proto/ reads everything written by {string.Join(", ", releases.Select(release => release.Version))}.");
    return 0;
}
catch (InvalidDataException faulty)
{
    Console.Error.WriteLine(faulty.Message);
    return 1;
}
