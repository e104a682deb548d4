using System.Text.Json;

namespace Granary.Hardware.Energy.Controls;

/// <summary>
/// What files of /sys held before they were changed: one small file, replaced as a whole and synced. One that makes no sense counts as empty, since nothing
/// could be restored from it.
/// </summary>
public sealed class PowerLedger
{
    private readonly string _path;
    private readonly SortedDictionary<string, string> _before;

    /// <param name="path">Of the file; its directory exists.</param>
    public PowerLedger(string path)
    {
        _path = path;
        _before = Load(path);
    }

    /// <summary>By path.</summary>
    public IReadOnlyDictionary<string, string> Before => _before;

    /// <summary>Writes values down that are to be changed.</summary>
    /// <exception cref="IOException">They are not written down; nothing may be changed.</exception>
    public void Keep(IEnumerable<(string Path, string Value)> values)
    {
        var added = new List<string>();
        foreach (var (path, value) in values)
            if (_before.TryAdd(path, value)) added.Add(path);
        if (added.Count == 0) return;
        try
        {
            Save();
        }
        catch (Exception)
        {
            foreach (var path in added) _before.Remove(path);
            throw;
        }
    }

    /// <summary>Everything was put back but these.</summary>
    public void Forget(IReadOnlyCollection<string> butNot)
    {
        foreach (var path in _before.Keys.Where(p => !butNot.Contains(p)).ToList()) _before.Remove(path);
        if (_before.Count == 0) File.Delete(_path);
        else Save();
    }

    private void Save()
    {
        var beside = _path + ".new";
        using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, _before);
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, _path, overwrite: true);
    }

    private static SortedDictionary<string, string> Load(string path)
    {
        try
        {
            if (File.Exists(path) && JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) is { } kept)
                return new(kept.Where(k => k.Key.StartsWith("/sys/devices/system/cpu/", StringComparison.Ordinal) && !k.Key.Contains("..", StringComparison.Ordinal))
                    .ToDictionary(), StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // as if nothing had been changed
        }
        return new(StringComparer.Ordinal);
    }
}
