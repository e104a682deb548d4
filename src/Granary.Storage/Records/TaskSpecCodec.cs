using System.Globalization;
using Granary.Model;

namespace Granary.Storage;

/// <summary>
/// A <see cref="TaskSpec"/> as bytes: a version, then its fields in a fixed order. A later version appends fields; this build
/// reads every earlier one and refuses a later one.
/// </summary>
public static class TaskSpecCodec
{
    public const byte Version = 2;

    public static void Write(RecordWriter writer, TaskSpec spec)
    {
        writer.Byte(Version);
        writer.Text(spec.Agent);
        writer.Text(spec.Name);
        writer.Unsigned((ulong)spec.Command.Count);
        for (var i = 0; i < spec.Command.Count; i++) writer.Text(spec.Command[i]);
        writer.Text(spec.Handler);
        writer.Bool(spec.Shell);
        writer.Text(spec.WorkingDirectory);
        WriteMap(writer, spec.Environment);
        WriteResources(writer, spec.Resources);
        writer.Signed(spec.Priority);
        WriteOptional(writer, spec.Deadline);
        WriteOptional(writer, spec.Duration);
        WriteOptional(writer, spec.TimeLimit);
        writer.Signed(spec.Retries);
        writer.Signed(spec.RetryBackoff.Ticks);
        WriteMap(writer, spec.Labels);
        writer.Byte((byte)spec.OnLoss);
        writer.Signed(spec.KillGrace.Ticks);
        writer.Signed(spec.OutputLimitBytes);
        writer.Bool(spec.MayFail);
        writer.Text(SpecExtras.Write(spec.Terms, ExtrasJson.Default.TaskTerms));
    }

    /// <exception cref="StorageException">Damaged, or of a later version than this build knows.</exception>
    public static TaskSpec Read(ref RecordReader reader)
    {
        var version = reader.Byte();
        if (version is 0 or > Version)
        {
            throw new StorageException(StorageFault.NewerFormat, string.Create(CultureInfo.InvariantCulture,
                $"a task was stored in format {version}, and this build knows up to {Version}: use the newer build"));
        }
        return new TaskSpec
        {
            Agent = reader.Text(),
            Name = reader.Text(),
            Command = ReadList(ref reader),
            Handler = reader.Text(),
            Shell = reader.Bool(),
            WorkingDirectory = reader.Text(),
            Environment = ReadMap(ref reader),
            Resources = ReadResources(ref reader),
            Priority = reader.Int(),
            Deadline = ReadOptional(ref reader),
            Duration = ReadOptional(ref reader),
            TimeLimit = ReadOptional(ref reader),
            Retries = reader.Int(),
            RetryBackoff = new TimeSpan(reader.Signed()),
            Labels = ReadMap(ref reader),
            OnLoss = (LossPolicy)reader.Byte(),
            KillGrace = new TimeSpan(reader.Signed()),
            OutputLimitBytes = reader.Signed(),
            MayFail = reader.Bool(),
            Terms = version >= 2 ? SpecExtras.Read(reader.Text(), ExtrasJson.Default.TaskTerms) : null,
        };
    }

    public static TaskSpec Read(ReadOnlySpan<byte> record)
    {
        var reader = new RecordReader(record);
        return Read(ref reader);
    }

    /// <summary>Amounts in the order of <see cref="ResourceNames.BuiltIn"/>, then the custom ones by name; 0 for the count when there are none.</summary>
    public static void WriteResources(RecordWriter writer, ResourceSet resources)
    {
        writer.Signed(resources.CpuMilli);
        writer.Signed(resources.MemoryMiB);
        writer.Signed(resources.GpuMilli);
        writer.Signed(resources.GpuMemoryMiB);
        writer.Signed(resources.NetworkMbps);
        writer.Signed(resources.StorageMBps);
        writer.Unsigned((ulong)(resources.Custom?.Count ?? 0));
        if (resources.Custom is null) return;
        foreach (var (name, amount) in resources.Custom.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            writer.Text(name);
            writer.Signed(amount);
        }
    }

    public static ResourceSet ReadResources(ref RecordReader reader)
    {
        var cpu = reader.Signed();
        var memory = reader.Signed();
        var gpu = reader.Signed();
        var gpuMemory = reader.Signed();
        var network = reader.Signed();
        var storage = reader.Signed();
        var count = reader.Count();
        Dictionary<string, long>? custom = null;
        for (var i = 0; i < count; i++) (custom ??= new(count, StringComparer.Ordinal))[reader.Text()] = reader.Signed();
        return new ResourceSet
        {
            CpuMilli = cpu,
            MemoryMiB = memory,
            GpuMilli = gpu,
            GpuMemoryMiB = gpuMemory,
            NetworkMbps = network,
            StorageMBps = storage,
            Custom = custom,
        };
    }

    /// <summary>0 for null, else the count plus 1 and the pairs by key, so that equal maps give equal bytes.</summary>
    public static void WriteMap(RecordWriter writer, IReadOnlyDictionary<string, string>? map)
    {
        writer.Unsigned(map is null ? 0 : (ulong)map.Count + 1);
        if (map is null) return;
        foreach (var (key, value) in map.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            writer.Text(key);
            writer.Text(value);
        }
    }

    public static IReadOnlyDictionary<string, string>? ReadMap(ref RecordReader reader)
    {
        // an empty map at the very end has nothing after its count, so the count minus 1 is what must fit
        var marked = reader.Unsigned();
        if (marked == 0) return null;
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 1UL; i < marked; i++) map[reader.Text()] = reader.Text();
        return map;
    }

    private static void WriteOptional(RecordWriter writer, TimeSpan? value)
    {
        writer.Bool(value.HasValue);
        if (value is { } span) writer.Signed(span.Ticks);
    }

    private static TimeSpan? ReadOptional(ref RecordReader reader) => reader.Bool() ? new TimeSpan(reader.Signed()) : null;

    private static string[] ReadList(ref RecordReader reader)
    {
        var count = reader.Count();
        if (count == 0) return [];
        var list = new string[count];
        for (var i = 0; i < count; i++) list[i] = reader.Text();
        return list;
    }
}
