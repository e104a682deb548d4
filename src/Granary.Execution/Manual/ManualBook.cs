using System.Globalization;
using System.Text.Json;
using Granary.Model;
using Microsoft.Win32.SafeHandles;

namespace Granary.Execution.Manual;

/// <summary>
/// The attempts that people work on, one small file each. They outlive the agent and the machine: no process is lost with either. A file is written beside its place, synced,
/// and moved there, so that it is whole or as it was.
/// </summary>
internal sealed class ManualBook(string directory)
{
    private const string Extension = ".json";

    /// <summary>What is there; a file that cannot be read is told and left alone.</summary>
    public List<ManualRecord> Load(Action<string, string> damaged)
    {
        var records = new List<ManualRecord>();
        if (!Directory.Exists(directory)) return records;
        foreach (var file in Directory.EnumerateFiles(directory, "*" + Extension))
        {
            try
            {
                records.Add(JsonSerializer.Deserialize(File.ReadAllBytes(file), ManualJson.Default.ManualRecord) ?? throw new JsonException("it is empty"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
            {
                damaged(file, e.Message);
            }
        }
        return records;
    }

    /// <exception cref="IOException">It could not be made durable.</exception>
    public void Write(ManualRecord record)
    {
        Directory.CreateDirectory(directory);
        var file = FileOf(record.Lease);
        using (SafeFileHandle handle = File.OpenHandle(file + ".new", FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, JsonSerializer.SerializeToUtf8Bytes(record, ManualJson.Default.ManualRecord), 0);
            RandomAccess.FlushToDisk(handle);
        }
        File.Move(file + ".new", file, overwrite: true);
        Posix.Sys.SyncDirectory(directory);
    }

    public void Remove(Lease lease)
    {
        try
        {
            File.Delete(FileOf(lease));
        }
        catch (IOException)
        {
            // it is reported once more after the next start, which changes nothing
        }
    }

    // no pool's name has a '~'
    private string FileOf(Lease lease) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{lease.Task.Pool}~{lease.Task.Number}~{lease.Token}{Extension}"));
}
