using System.Globalization;
using Granary.Model;

namespace Granary.Execution.Outside;

/// <summary>
/// What tasks have outside of their processes, a line in a file each, written before the start: an agent that comes after one that was killed knows what to clear away. It has to outlive
/// the agent, not the machine.
/// </summary>
internal sealed class OutsideBook(string directory)
{
    public IEnumerable<OutsideRecord> Load()
    {
        if (!Directory.Exists(directory)) yield break;
        foreach (var file in Directory.GetFiles(directory))
            if (Parse(File.ReadAllText(file)) is { } record) yield return record;
    }

    public void Write(OutsideRecord record)
    {
        Directory.CreateDirectory(directory);
        var lease = record.Lease;
        File.WriteAllText(FileOf(lease), string.Create(CultureInfo.InvariantCulture,
            $"{Executors.Word(record.Kind)}\t{record.Program}\t{record.Name}\t{lease.Task.Pool}\t{lease.Task.Number}\t{lease.Node}\t{lease.Attempt}\t{lease.Token}\n"));
    }

    public void Remove(Lease lease)
    {
        try
        {
            File.Delete(FileOf(lease));
        }
        catch (IOException)
        {
            // it is cleared away once more at the next start
        }
    }

    private static OutsideRecord? Parse(string line) => line.TrimEnd('\n').Split('\t') is [var kind, var program, var name, var pool, var number, var node, var attempt, var token]
        && Executors.Parse(kind) is { } known && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
        && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var a) && long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var t)
        ? new(new(new(pool, n), node, a, t), known, program, name) : null;

    private string FileOf(Lease lease) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{lease.Task.Pool}~{lease.Task.Number}~{lease.Token}"));
}
