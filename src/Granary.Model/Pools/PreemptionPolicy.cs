using Orleans;

namespace Granary.Model;

/// <summary>Who may be stopped for whom.</summary>
[GenerateSerializer, Immutable, Alias("Granary.PreemptionPolicy")]
public sealed record PreemptionPolicy
{
    /// <summary>False: nothing is ever stopped for another task's sake.</summary>
    [Id(0)] public bool Enabled { get; init; } = true;

    /// <summary>An agent's task may take the room of the same agent's tasks of lower priority. Default true.</summary>
    [Id(1)] public bool WithinQueue { get; init; } = true;

    /// <summary>An agent below its guarantee takes back what others hold beyond theirs. Default true.</summary>
    [Id(2)] public bool Reclaim { get; init; } = true;

    /// <summary>Between agents beyond their guarantees, for the sake of fair shares. Default none: shares even out as tasks end.</summary>
    [Id(3)] public FairnessPreemption Fairness { get; init; }

    /// <summary>An accepted deadline that is in danger takes what it needs. Default true.</summary>
    [Id(4)] public bool Emergency { get; init; } = true;

    /// <summary>How long an agent must have waited without being given anything before others are stopped for it. Default one second.</summary>
    [Id(5)] public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>No task is stopped before it has held its lease this long. Default zero.</summary>
    [Id(6)] public TimeSpan MinimumRun { get; init; } = TimeSpan.Zero;

    /// <summary>At most so many are stopped for one task, 1 to 256. Default 16.</summary>
    [Id(7)] public int MostVictims { get; init; } = 16;

    /// <summary>
    /// How long one that is stopped for another has between SIGTERM and SIGKILL, up to an hour; zero for SIGKILL at once. Default null: as long as it
    /// asks for itself (<c>kill_grace</c>).
    /// </summary>
    [Id(8)] public TimeSpan? Grace { get; init; }
}
