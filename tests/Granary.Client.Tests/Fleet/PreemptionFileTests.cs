using Granary.Model;

namespace Granary.Client.Tests.Fleet;

public class PreemptionFileTests
{
    [Theory]
    [InlineData("{}", null)]
    [InlineData("{ patience: 5s }", null)]
    [InlineData("{ fairness: both, within_queue: false }", FairnessPreemption.Both)]
    [InlineData("{ fairness: below_initial_share }", FairnessPreemption.BelowInitialShare)]
    [InlineData("{ fairness: none, minimum_run: 10s, most_victims: 4 }", FairnessPreemption.None)]
    public void What_is_not_written_keeps_its_default(string keys, FairnessPreemption? fairness)
    {
        var pool = Assert.Single(FleetFile.Parse($"pools:\n  - name: p\n    policy: {{ preemption: {keys} }}\n", "f.yaml").OrThrow().Pools);
        var (policy, defaults) = (pool.Policy!.Preemption!, new PreemptionPolicy());
        Assert.Equal((true, true, true), (policy.Enabled, policy.Reclaim, policy.Emergency));
        Assert.Equal(fairness ?? defaults.Fairness, policy.Fairness);
        Assert.Equal(!keys.Contains("within_queue: false", StringComparison.Ordinal), policy.WithinQueue);
        Assert.Equal(keys.Contains("patience", StringComparison.Ordinal) ? TimeSpan.FromSeconds(5) : defaults.Patience, policy.Patience);
        Assert.Equal(keys.Contains("most_victims", StringComparison.Ordinal) ? 4 : defaults.MostVictims, policy.MostVictims);
    }

    [Theory]
    [InlineData("{ grace: 20s }", 20.0)]
    [InlineData("{ grace: 0s, patience: 5s }", 0.0)]
    [InlineData("{ patience: 5s }", null)]
    public void A_grace_is_read_and_written(string keys, double? seconds)
    {
        var pool = Assert.Single(FleetFile.Parse($"pools:\n  - name: p\n    policy: {{ preemption: {keys} }}\n", "f.yaml").OrThrow().Pools);
        Assert.Equal(seconds, pool.Policy!.Preemption!.Grace?.TotalSeconds);
        var written = Granary.Abstractions.Json.PolicyJson.Tree(pool.Policy)["preemption"]!["grace"]?.ToString();
        Assert.Equal(seconds is null ? null : Durations.Format(TimeSpan.FromSeconds(seconds.Value)), written);
    }

    [Theory]
    [InlineData("grace: later", "policy.preemption.grace: ")]
    [InlineData("reclame: true", "unknown key 'reclame' in policy.preemption; did you mean 'reclaim'?")]
    [InlineData("fairness: sometimes", "policy.preemption.fairness")]
    [InlineData("patience: soon", "policy.preemption.patience: ")]
    [InlineData("most_victims: many", "'policy.preemption.most_victims' must be a whole number")]
    public void What_cannot_be_is_told_with_its_line(string key, string expected)
    {
        var result = FleetFile.Parse($"pools:\n  - name: p\n    policy:\n      preemption:\n        {key}\n", "f.yaml");
        Assert.Contains(result.Problems, p => p.Line == 5 && p.Message.Contains(expected, StringComparison.Ordinal));
    }
}
