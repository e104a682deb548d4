using Granary.Hardware.Energy.Controls;

namespace Granary.Hardware.Tests.Energy;

public sealed class PowerControlTests : IDisposable
{
    private const string Cpus = "/sys/devices/system/cpu";
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-ledger-").FullName;
    private readonly RecordedTree _tree = Machine("performance");

    private PowerControls Controls => new(_tree.Root, new(Path.Combine(_directory, "power.json")));

    private string? this[string path] => _tree.Root.Read($"{Cpus}/{path}");

    private static RecordedTree Machine(string governor, string driver = "intel_pstate", string governors = "performance powersave")
    {
        var tree = new RecordedTree().With($"{Cpus}/online", "0-1");
        for (var cpu = 0; cpu < 2; cpu++)
        {
            var at = $"{Cpus}/cpu{cpu}";
            tree.With($"{at}/cpufreq/cpuinfo_max_freq", "4000000").With($"{at}/cpufreq/cpuinfo_min_freq", "800000").With($"{at}/cpufreq/scaling_max_freq", "4000000")
                .With($"{at}/cpufreq/scaling_governor", governor).With($"{at}/cpufreq/scaling_available_governors", governors).With($"{at}/cpufreq/scaling_driver", driver)
                .With($"{at}/cpuidle/state0/disable", "0").With($"{at}/cpuidle/state1/disable", "1").With($"{at}/cpuidle/state2/disable", "1");
        }
        return tree;
    }

    [Fact]
    public void What_can_be_changed_is_read()
    {
        var knobs = Controls.Read();
        Assert.Equal((0.2, 1.0, "performance", "powersave", 4), (knobs.LowestFrequency, knobs.Frequency, knobs.Governor, knobs.FollowingGovernor, knobs.SleepStatesOff));
        using var other = Machine("performance", "acpi-cpufreq", "powersave ondemand performance");
        Assert.Equal("ondemand", new PowerControls(other.Root, new(Path.Combine(_directory, "x"))).Read().FollowingGovernor);
        using var nothing = new RecordedTree();
        Assert.Equal(new() { LowestFrequency = 1, Frequency = 1 }, new PowerControls(nothing.Root, new(Path.Combine(_directory, "y"))).Read());
    }

    [Fact]
    public void A_setting_is_made_and_put_back_to_what_was()
    {
        Assert.Equal((8, ""), Of(Controls.Apply(new() { Frequency = 0.5, Governor = "powersave", SleepStates = true })));
        Assert.Equal(("2000000", "powersave", "0", "0"), (this["cpu1/cpufreq/scaling_max_freq"], this["cpu0/cpufreq/scaling_governor"], this["cpu0/cpuidle/state1/disable"], this["cpu0/cpuidle/state0/disable"]));
        // another process, as after kill -9
        Assert.Equal((8, ""), Of(Controls.Restore()));
        Assert.Equal(("4000000", "performance", "1"), (this["cpu1/cpufreq/scaling_max_freq"], this["cpu0/cpufreq/scaling_governor"], this["cpu1/cpuidle/state2/disable"]));
        Assert.Empty(Directory.EnumerateFiles(_directory));
        Assert.Equal((0, ""), Of(Controls.Restore()));
    }

    [Fact]
    public void A_second_setting_puts_back_what_only_the_first_changed_and_keeps_the_oldest_values()
    {
        Controls.Apply(new() { Frequency = 0.5, SleepStates = true });
        Controls.Apply(new() { Frequency = 0.3 });
        Assert.Equal(("1200000", "1"), (this["cpu0/cpufreq/scaling_max_freq"], this["cpu0/cpuidle/state1/disable"]));
        Controls.Restore();
        Assert.Equal("4000000", this["cpu0/cpufreq/scaling_max_freq"]);
    }

    [Theory]
    [InlineData(0.0, "800000")]
    [InlineData(0.1, "800000")]
    [InlineData(0.9, "3600000")]
    public void A_limit_stays_within_what_the_processor_can(double limit, string khz)
    {
        Controls.Apply(new() { Frequency = limit });
        Assert.Equal(khz, this["cpu0/cpufreq/scaling_max_freq"]);
    }

    [Fact]
    public void Nothing_is_changed_that_could_not_be_written_down()
    {
        var controls = new PowerControls(_tree.Root, new(Path.Combine(_directory, "not", "there", "power.json")));
        Assert.StartsWith("nothing is changed", controls.Apply(new() { Frequency = 0.5 }).Refused, StringComparison.Ordinal);
        Assert.Equal("4000000", this["cpu0/cpufreq/scaling_max_freq"]);
    }

    [Fact]
    public void A_core_that_goes_away_is_restored_when_it_is_back()
    {
        Controls.Apply(new() { Frequency = 0.5 });
        var file = _tree.Root.At($"{Cpus}/cpu1/cpufreq/scaling_max_freq");
        File.Delete(file);
        Assert.Contains("cpu1/cpufreq/scaling_max_freq is not there", Controls.Restore().Refused, StringComparison.Ordinal);
        Assert.Equal("4000000", this["cpu0/cpufreq/scaling_max_freq"]);
        File.WriteAllText(file, "2000000\n");
        Assert.Equal((1, ""), Of(Controls.Restore()));
        Assert.Equal("4000000", this["cpu1/cpufreq/scaling_max_freq"]);
    }

    [Fact]
    public void What_sysfs_refuses_is_said_and_the_rest_is_done()
    {
        var file = _tree.Root.At($"{Cpus}/cpu1/cpufreq/scaling_max_freq");
        File.Delete(file);
        Directory.CreateDirectory(file); // root may write everywhere; a directory it may not
        var outcome = Controls.Apply(new() { Frequency = 0.5 });
        Assert.Equal(1, outcome.Changed);
        Assert.Equal("2000000", this["cpu0/cpufreq/scaling_max_freq"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("""{"/etc/passwd":"x","/sys/devices/system/cpu/../../../../etc/passwd":"x"}""")]
    public void A_ledger_that_makes_no_sense_restores_nothing(string content)
    {
        File.WriteAllText(Path.Combine(_directory, "power.json"), content);
        Assert.Equal((0, ""), Of(Controls.Restore()));
    }

    public void Dispose()
    {
        _tree.Dispose();
        Directory.Delete(_directory, true);
    }

    private static (int, string) Of(PowerOutcome outcome) => (outcome.Changed, outcome.Refused);
}
