namespace Granary.Hardware.Energy;

/// <summary>How fast the cores run beside their fastest, in the mean over at most eight of them: on some drivers each look wakes a core.</summary>
internal sealed class FrequencyReader : IDisposable
{
    private const int MostCores = 8;
    private const string Cpus = "/sys/devices/system/cpu";
    private readonly ReadBuffer _buffer;
    private readonly List<(KeptFile File, double Highest)> _cores = [];

    public FrequencyReader(SystemRoot root, ReadBuffer buffer)
    {
        _buffer = buffer;
        var online = CpuList.Parse(root.Read($"{Cpus}/online") ?? "");
        var every = Math.Max(1, online.Length / MostCores);
        for (var i = 0; i < online.Length && _cores.Count < MostCores; i += every)
            if (root.Whole($"{Cpus}/cpu{online[i]}/cpufreq/cpuinfo_max_freq", 1) is { IsKnown: true, Value: var highest })
                _cores.Add((new(root, $"{Cpus}/cpu{online[i]}/cpufreq/scaling_cur_freq"), highest));
    }

    /// <summary>0 to 1; not a number where no core says.</summary>
    public double Read()
    {
        double sum = 0;
        var count = 0;
        foreach (var (file, highest) in _cores)
        {
            if (!file.TryRead(_buffer, out var text) || !FieldReader.TryNumber(text.TrimEnd((byte)'\n'), out var now)) continue;
            sum += Math.Min(1, now / highest);
            count++;
        }
        return count == 0 ? double.NaN : sum / count;
    }

    public void Dispose()
    {
        foreach (var (file, _) in _cores) file.Dispose();
    }
}
