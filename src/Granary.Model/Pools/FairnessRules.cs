namespace Granary.Model;

/// <summary>What a pool's fairness may say, wherever it comes from.</summary>
public static class FairnessRules
{
    /// <summary>What is wrong and what would be right, without whose it is; null when nothing is.</summary>
    public static string? Problem(FairnessPolicy? policy)
    {
        if (policy is null) return null;
        if (policy.UseHalfLife is { } half && (half < TimeSpan.Zero || half > TimeSpan.FromDays(3650)))
            return $"use_half_life {Durations.Format(half)} is not valid; use 0 to 3650 days";
        if (!Enum.IsDefined(policy.Queueing)) return $"queueing {(int)policy.Queueing} does not exist; use dominant_share or virtual_time";
        foreach (var (name, weight) in policy.ResourceWeights ?? new Dictionary<string, double>())
        {
            if (!Names.IsValid(name)) return $"resource_weights: '{name}' is no name of a resource; use {Names.Rule}";
            if (!(weight is >= 0.001 and <= 1000)) return FormattableString.Invariant($"resource_weights: {name} has weight {weight}; use 0.001 to 1000");
        }
        if (policy.Adapt is not { } adapt) return null;
        if (!(adapt.Gain is > 0 and <= 1)) return FormattableString.Invariant($"adapt: gain {adapt.Gain} is not valid; use more than 0 and at most 1");
        if (!(adapt.Least is >= 0.01 and <= 1)) return FormattableString.Invariant($"adapt: least {adapt.Least} is not valid; use 0.01 to 1");
        if (!(adapt.Most is >= 1 and <= 100)) return FormattableString.Invariant($"adapt: most {adapt.Most} is not valid; use 1 to 100");
        if (!(adapt.Decay is >= 0 and <= 1)) return FormattableString.Invariant($"adapt: decay {adapt.Decay} is not valid; use 0 to 1");
        if (adapt.Interval < TimeSpan.FromSeconds(1) || adapt.Interval > TimeSpan.FromDays(1)) return "adapt: interval is not valid; use 1s to 24h";
        return null;
    }
}
