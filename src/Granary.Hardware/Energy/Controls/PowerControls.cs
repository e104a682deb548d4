using System.Globalization;
using Granary.Model;

namespace Granary.Hardware.Energy.Controls;

/// <summary>What came of a setting.</summary>
/// <param name="Changed">Files that were written.</param>
/// <param name="Refused">What could not be, in one line; empty when all went well.</param>
/// <param name="NotMade">How many files could not be written.</param>
public sealed record PowerOutcome(int Changed, string Refused, int NotMade = 0);

/// <summary>
/// Changes frequency limits, governors and idle states of this machine's processors, and puts them back. What a file held is on the disk before the file
/// is changed, so whoever comes after a crash can restore it. Not for concurrent use.
/// </summary>
/// <param name="root">Where /sys is.</param>
/// <param name="ledger">Where the values from before are kept.</param>
public sealed class PowerControls(SystemRoot root, PowerLedger ledger)
{
    private const string Cpus = "/sys/devices/system/cpu";

    /// <summary>What could be changed. Reading never fails.</summary>
    public PowerKnobs Read()
    {
        double lowest = 1, limit = 1;
        var (governor, following, off) = ("", "", 0);
        foreach (var cpu in Online())
        {
            if (Policy(cpu) is { } policy)
            {
                lowest = Math.Min(lowest, policy.Least / policy.Most);
                limit = Math.Min(limit, policy.Limit / policy.Most);
            }
            var now = root.Read($"{Cpus}/cpu{cpu}/cpufreq/scaling_governor") ?? "";
            if (governor.Length == 0 || now == "performance") (governor, following) = (now, Following(cpu));
            off += SleepStates(cpu).Count(s => root.Read($"{s}/disable") == "1");
        }
        return new() { LowestFrequency = lowest, Frequency = limit, Governor = governor, FollowingGovernor = following, SleepStatesOff = off };
    }

    /// <summary>Makes the machine as the setting says; what an earlier setting changed and this one does not is put back.</summary>
    public PowerOutcome Apply(PowerSetting setting)
    {
        var wanted = Wanted(setting);
        var refused = new List<string>();
        var changed = 0;
        try
        {
            ledger.Keep(wanted.Keys.Where(p => !ledger.Before.ContainsKey(p)).Select(p => (p, root.Read(p))).Where(p => p.Item2 is not null).Select(p => (p.p, p.Item2!)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(0, $"nothing is changed, since what it was could not be written down: {e.Message}", wanted.Count);
        }
        foreach (var (path, before) in ledger.Before.Where(b => !wanted.ContainsKey(b.Key)).ToList())
            if (Write(path, before, refused)) changed++;
        foreach (var (path, value) in wanted)
            if (ledger.Before.ContainsKey(path) && Write(path, value, refused)) changed++;
        return new(changed, Line(refused), refused.Count);
    }

    /// <summary>Puts back everything that was changed, also by an earlier process. What cannot be written stays in the ledger.</summary>
    public PowerOutcome Restore()
    {
        var refused = new List<string>();
        var changed = 0;
        var stays = new List<string>();
        foreach (var (path, before) in ledger.Before)
        {
            var failed = refused.Count;
            if (Write(path, before, refused)) changed++;
            if (refused.Count > failed) stays.Add(path);
        }
        ledger.Forget(stays);
        return new(changed, Line(refused), refused.Count);
    }

    private Dictionary<string, string> Wanted(PowerSetting setting)
    {
        var wanted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var cpu in Online())
        {
            if (setting.Governor.Length > 0 && Governors(cpu).Contains(setting.Governor)) wanted[$"{Cpus}/cpu{cpu}/cpufreq/scaling_governor"] = setting.Governor;
            if (setting.Frequency < 1 && Policy(cpu) is { } policy)
                wanted[$"{Cpus}/cpu{cpu}/cpufreq/scaling_max_freq"] = Math.Round(Math.Clamp(setting.Frequency * policy.Most, policy.Least, policy.Most)).ToString("0", CultureInfo.InvariantCulture);
            if (!setting.SleepStates) continue;
            foreach (var state in SleepStates(cpu))
                if (root.Read($"{state}/disable") == "1" || ledger.Before.ContainsKey($"{state}/disable")) wanted[$"{state}/disable"] = "0";
        }
        return wanted;
    }

    // false when it held that already
    private bool Write(string path, string value, List<string> refused)
    {
        if (root.Read(path) is not { } now)
        {
            refused.Add($"{path} is not there");
            return false;
        }
        if (now == value) return false;
        try
        {
            File.WriteAllText(root.At(path), value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            refused.Add($"{path}: {e.Message}");
            return false;
        }
        return true;
    }

    private int[] Online() => CpuList.Parse(root.Read($"{Cpus}/online"));

    private (double Least, double Most, double Limit)? Policy(int cpu)
    {
        var at = $"{Cpus}/cpu{cpu}/cpufreq";
        return root.Whole($"{at}/cpuinfo_max_freq", 1) is { IsKnown: true } most && root.Whole($"{at}/cpuinfo_min_freq", 1) is { IsKnown: true } least
            && root.Whole($"{at}/scaling_max_freq", 1) is { IsKnown: true } limit && least.Value <= most.Value
            ? (least.Value, most.Value, Math.Min(limit.Value, most.Value)) : null;
    }

    private string[] Governors(int cpu) => (root.Read($"{Cpus}/cpu{cpu}/cpufreq/scaling_available_governors") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // the drivers intel_pstate and amd-pstate know two, of which powersave follows the load; elsewhere powersave means the lowest frequency
    private string Following(int cpu)
    {
        var there = Governors(cpu);
        if ((root.Read($"{Cpus}/cpu{cpu}/cpufreq/scaling_driver") ?? "").Contains("pstate", StringComparison.Ordinal) && there.Contains("powersave")) return "powersave";
        return new[] { "schedutil", "ondemand", "conservative" }.FirstOrDefault(there.Contains) ?? "";
    }

    private IEnumerable<string> SleepStates(int cpu) =>
        root.List($"{Cpus}/cpu{cpu}/cpuidle").Where(n => n.StartsWith("state", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(n => $"{Cpus}/cpu{cpu}/cpuidle/{n}");

    private static string Line(List<string> refused) => refused.Count switch
    {
        0 => "",
        1 => refused[0],
        _ => $"{refused[0]} (and {refused.Count - 1} more)",
    };
}
