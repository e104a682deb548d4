namespace Granary.Model;

/// <summary>How an agent or a group stands to what it is owed; several may hold at once.</summary>
[Flags]
public enum Standing
{
    Within = 0,

    /// <summary>Holds more than its limit, which was lowered under it.</summary>
    OverLimit = 1,

    /// <summary>Something waits though less than the guarantee of some resource is held.</summary>
    UnmetGuarantee = 2,

    /// <summary>Something waits though less than half of the share that is owed is held.</summary>
    Starved = 4,

    /// <summary>Holds over a twentieth more than the share that it is owed among those with demand.</summary>
    OverShare = 8,

    /// <summary>Holds more than its guarantee of some resource that is guaranteed.</summary>
    Borrowing = 16,
}

/// <summary>Standing from figures.</summary>
public static class Standings
{
    public static Standing Of(AgentShare share)
    {
        ArgumentNullException.ThrowIfNull(share);
        return Of(share.Used, share.Spec.Guarantee, share.Spec.Limit, share.DominantShare, share.FairShare, share.Queued);
    }

    public static Standing Of(GroupShare share)
    {
        ArgumentNullException.ThrowIfNull(share);
        return Of(share.Used, share.Spec.Guarantee, share.Spec.Limit, share.DominantShare, share.FairShare, share.Queued);
    }

    /// <summary>The words of scripts: <c>over_limit</c>, <c>unmet_guarantee</c>, <c>starved</c>, <c>over_share</c>, <c>borrowing</c>; none when all is within.</summary>
    public static IReadOnlyList<string> Words(this Standing standing)
    {
        List<string> words = [];
        if (standing.HasFlag(Standing.OverLimit)) words.Add("over_limit");
        if (standing.HasFlag(Standing.UnmetGuarantee)) words.Add("unmet_guarantee");
        if (standing.HasFlag(Standing.Starved)) words.Add("starved");
        if (standing.HasFlag(Standing.OverShare)) words.Add("over_share");
        if (standing.HasFlag(Standing.Borrowing)) words.Add("borrowing");
        return words;
    }

    private static Standing Of(ResourceSet used, ResourceSet guarantee, ResourceSet limit, double holds, double owed, int queued)
    {
        var standing = Standing.Within;
        if (limit.Named().Any(l => used.AmountOf(l.Name) > l.Amount)) standing |= Standing.OverLimit;
        if (queued > 0 && guarantee.Named().Any(g => used.AmountOf(g.Name) < g.Amount)) standing |= Standing.UnmetGuarantee;
        if (queued > 0 && holds < owed / 2) standing |= Standing.Starved;
        if (holds > owed * 1.05 && holds > 0) standing |= Standing.OverShare;
        if (guarantee.Named().Any(g => used.AmountOf(g.Name) > g.Amount)) standing |= Standing.Borrowing;
        return standing;
    }
}
