using System.Globalization;
using System.IO.Compression;
using Granary.Abstractions;
using Granary.Model;
using Granary.Profiling;

namespace Granary.Execution.Profiling;

/// <summary>
/// Profiles on the disk of a node, in a directory that only its agent's user may read, bounded in number and bytes. A file's name says when it was taken and of
/// what: <c>20260301T120000123-POOL-17.json.gz</c>. It is written beside and then renamed, so a crash leaves whole files only.
/// </summary>
internal sealed class ProfileFiles(string directory, int most, long mostBytes)
{
    private const string Ending = ".json.gz";
    private const string Part = ".part";
    private readonly Lock _gate = new();

    public static string IdOf(DateTimeOffset at, string task) =>
        at.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture) + "-" + (task.Length == 0 ? "node" : task.Replace('/', '-'));

    public void Write(string id, Profile profile)
    {
        lock (_gate)
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var path = Path.Combine(directory, id + Ending);
            using (var file = new FileStream(path + Part, FileMode.Create, FileAccess.Write))
            using (var zip = new GZipStream(file, CompressionLevel.Fastest)) zip.Write(SpeedscopeFile.Write(profile));
            File.Move(path + Part, path, overwrite: true);
            Sweep(id + Ending);
        }
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ProfileItem> List()
    {
        lock (_gate)
            return [.. Files().OrderByDescending(f => f.Name, StringComparer.Ordinal).Select(f => Item(f)).OfType<ProfileItem>()];
    }

    /// <returns>Null when there is no such profile.</returns>
    public (byte[] Data, long Length)? Read(string id, long offset, int bytes)
    {
        if (!Names.IsValid(id.Replace('.', '-'))) return null; // it becomes part of a path
        try
        {
            using var file = File.OpenHandle(Path.Combine(directory, id + Ending));
            var length = RandomAccess.GetLength(file);
            var data = new byte[(int)Math.Clamp(length - Math.Max(0, offset), 0, bytes)];
            var read = RandomAccess.Read(file, data, Math.Max(0, offset));
            return (data[..read], length);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void Sweep(string newest)
    {
        var files = Files().OrderByDescending(f => f.Name, StringComparer.Ordinal).ToList();
        long bytes = 0;
        for (var i = 0; i < files.Count; i++)
        {
            bytes += files[i].Length;
            if (files[i].Name != newest && (i >= most || bytes > mostBytes)) files[i].Delete();
        }
        foreach (var left in new DirectoryInfo(directory).EnumerateFiles("*" + Part)) left.Delete();
    }

    private IEnumerable<FileInfo> Files()
    {
        var place = new DirectoryInfo(directory);
        return place.Exists ? place.EnumerateFiles("*" + Ending) : [];
    }

    private static ProfileItem? Item(FileInfo file)
    {
        var id = file.Name[..^Ending.Length];
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || !DateTime.TryParseExact(id[..dash], "yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)) return null;
        var of = id[(dash + 1)..];
        var last = of.LastIndexOf('-');
        return new(id, last < 0 ? "" : $"{of[..last]}/{of[(last + 1)..]}", new DateTimeOffset(at, TimeSpan.Zero), file.Length);
    }
}
