using Granary.Model;
using Granary.Scheduling.Placement;

namespace Granary.Scheduling;

/// <summary>What a pool's scheduler may be told. Every property states its default; <see cref="Validate"/> refuses the rest.</summary>
public sealed record SchedulerOptions
{
    /// <summary>An agent that nobody declared is created with weight 1, with a note in the reply. Default true; false refuses it.</summary>
    public bool AutoCreateAgents { get; init; } = true;

    /// <summary>A task that names no resource at all asks for this instead, so that it cannot be placed without end. Default one CPU.</summary>
    public ResourceSet DefaultRequest { get; init; } = new() { CpuMilli = 1000 };

    /// <summary>Run time assumed where neither the submitter nor the agent's past says one. Default one minute.</summary>
    public TimeSpan DefaultDuration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// An agent that has waited this long since it was last given something rises one class, and again after as long; within an agent
    /// one unit of priority is worth this much waiting. So whatever waits goes first in the end. Default five minutes.
    /// </summary>
    public TimeSpan AgingStep { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A ready task that has been passed over this long because no node had room gets a reservation; zero reserves at once, in strict order, at a higher cost. Default 30 seconds.</summary>
    public TimeSpan StarvationGuard { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many tasks may hold such a reservation at once, 1 to 1,000. Default 8.</summary>
    public int MaxStarvationReservations { get; init; } = 8;

    /// <summary>Half-life of remembered use, which counts beside what is held now; zero forgets at once. Default zero.</summary>
    public TimeSpan UseHalfLife { get; init; } = TimeSpan.Zero;

    /// <summary>The part of a task's expected run time by which its promised start is moved ahead where there is room, 0 to 10. Default 0.1.</summary>
    public double DeadlineSlack { get; init; } = 0.1;

    /// <summary>Which quantile of the past run times of an agent's tasks of one name predicts the next, over 0 and up to 1. Default 0.9.</summary>
    public double DurationQuantile { get; init; } = 0.9;

    /// <summary>How many nodes an admission test looks at before it refuses, 1 to 100,000. Default 512.</summary>
    public int AdmissionSearch { get; init; } = 512;

    /// <summary>An admission test may plan all promises anew when promises times nodes is at most this. Default 20,000.</summary>
    public int ReplanLimit { get; init; } = 20_000;

    /// <summary>How many operation ids are remembered, so that a repeated one gets its first answer, 0 to 1,000,000. Default 10,000.</summary>
    public int RememberedOperations { get; init; } = 10_000;

    /// <summary>How many tasks may wait in a pool, over 0; a submission that would make them more is refused with the time after which to ask again. Default 4,000,000.</summary>
    public int MaxQueued { get; init; } = 4_000_000;

    /// <summary>How many of them may be of one agent, over 0. Default 2,000,000.</summary>
    public int MaxQueuedPerAgent { get; init; } = 2_000_000;

    /// <summary>Bytes of specifications (commands, names, environments, labels) that live tasks may hold before no more are taken, at least 1 MiB. Default 2 GiB.</summary>
    public long MaxSpecBytes { get; init; } = 2L << 30;

    /// <summary>The scores, filters and orderings that pools may name. Default those that come with Granary; set by code, not by settings.</summary>
    public PlacementParts Parts => _parts;

    private PlacementParts _parts = PlacementParts.BuiltIn;

    /// <summary>The same with other parts: those of plug-ins beside the built-in ones.</summary>
    public SchedulerOptions WithParts(PlacementParts parts) => this with { _parts = parts };

    /// <exception cref="GranaryException">Invalid, naming the property, its value and its range.</exception>
    public void Validate()
    {
        Check(DefaultDuration > TimeSpan.Zero, nameof(DefaultDuration), DefaultDuration, "over 0");
        Check(AgingStep >= TimeSpan.FromMilliseconds(1), nameof(AgingStep), AgingStep, "at least 1 ms");
        Check(StarvationGuard >= TimeSpan.Zero, nameof(StarvationGuard), StarvationGuard, "0 or more");
        Check(MaxStarvationReservations is >= 1 and <= 1000, nameof(MaxStarvationReservations), MaxStarvationReservations, "1 to 1,000");
        Check(UseHalfLife >= TimeSpan.Zero, nameof(UseHalfLife), UseHalfLife, "0 or more");
        Check(DeadlineSlack is >= 0 and <= 10, nameof(DeadlineSlack), DeadlineSlack, "0 to 10");
        Check(DurationQuantile is > 0 and <= 1, nameof(DurationQuantile), DurationQuantile, "over 0 and up to 1");
        Check(AdmissionSearch is >= 1 and <= 100_000, nameof(AdmissionSearch), AdmissionSearch, "1 to 100,000");
        Check(ReplanLimit >= 0, nameof(ReplanLimit), ReplanLimit, "0 or more");
        Check(RememberedOperations is >= 0 and <= 1_000_000, nameof(RememberedOperations), RememberedOperations, "0 to 1,000,000");
        Check(MaxQueued > 0, nameof(MaxQueued), MaxQueued, "over 0");
        Check(MaxQueuedPerAgent > 0, nameof(MaxQueuedPerAgent), MaxQueuedPerAgent, "over 0");
        Check(MaxSpecBytes >= 1 << 20, nameof(MaxSpecBytes), MaxSpecBytes, "at least 1,048,576");
        Check(!DefaultRequest.IsZero, nameof(DefaultRequest), DefaultRequest, "something of some resource");
    }

    private static void Check(bool holds, string name, object value, string range)
    {
        if (!holds) throw GranaryException.Invalid($"scheduler option {name} is {value}; it must be {range}");
    }
}
