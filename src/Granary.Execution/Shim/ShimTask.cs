using Granary.Execution.Limits;
using Granary.Execution.Processes;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Shim;

internal enum ShimTaskPhase
{
    /// <summary>In the log, not started yet.</summary>
    Queued,
    Running,
    /// <summary>Its main process has ended and is being cleared up after; its pid must not be signalled any more.</summary>
    Ending,
    /// <summary>Kept until the agent acknowledges it.</summary>
    Ended,
}

/// <summary>One attempt in the shim's care. Fields are guarded by <see cref="TaskRegister.Gate"/>.</summary>
internal sealed class ShimTask(LaunchPlan plan)
{
    public LaunchPlan Plan { get; } = plan;
    public LeaseKey Key { get; } = LeaseKey.Of(plan.Lease);
    public ShimTaskPhase Phase { get; set; }

    /// <summary>Main process, which leads the session and process group of the same number.</summary>
    public int Pid { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When it was started on the clock of <see cref="Environment.TickCount64"/>.</summary>
    public long StartedTick { get; set; }

    /// <summary>Started by an earlier shim: not our child, so its exit code cannot be had.</summary>
    public bool Adopted { get; set; }

    /// <summary>Its start time in clock ticks after boot is at least this; with the pid it names the process for good.</summary>
    public long FirstTick { get; set; }

    /// <summary>Its start time is at most this.</summary>
    public long LastTick { get; set; }

    /// <summary>SIGTERM was sent.</summary>
    public bool Terminated { get; set; }

    /// <summary>Why we are ending it; null while nobody asked for that.</summary>
    public ExitCause? StopCause { get; set; }

    /// <summary>What to say of the end, when <see cref="StopCause"/> alone does not say it.</summary>
    public string StopMessage { get; set; } = "";

    /// <summary>Between SIGTERM and SIGKILL, where who asked says so; else what the task states.</summary>
    public TimeSpan? StopGrace { get; set; }

    /// <summary>SIGKILL is due, on the clock of <see cref="Environment.TickCount64"/>.</summary>
    public long KillAt { get; set; } = long.MaxValue;

    /// <summary>Its own cores; empty when it shares.</summary>
    public int[] Cores { get; set; } = [];

    /// <summary>The set of shared cores it was last bound to; see <see cref="CoreAllocator.Generation"/>.</summary>
    public int CoresGeneration { get; set; }

    /// <summary>Its control groups, one in each hierarchy that it needs one in. A list is never changed, only replaced: others may be reading it.</summary>
    public IReadOnlyList<TaskGroup> Groups { get; set; } = [];

    /// <summary>The one that limits its memory.</summary>
    public TaskGroup? MemoryGroup => Groups.FirstOrDefault(g => g.Controllers.Contains(CgroupController.Memory));

    /// <summary>Whether what may come late (a CPU weight, a set of cores) was given or tried.</summary>
    public bool Weighed { get; set; }

    /// <summary>How often SIGKILL was sent to all that was found of it.</summary>
    public int KillPasses { get; set; }

    /// <summary>Largest sum of resident sets seen in its tree, KiB; measured only where no group does it.</summary>
    public long PeakTreeKiB { get; set; }

    public TaskReport? End { get; set; }

    public long DeadlineTick => Plan.TimeLimit is { } limit && Phase == ShimTaskPhase.Running && StopCause is null
        ? StartedTick + (long)Math.Min(limit.TotalMilliseconds, long.MaxValue / 4)
        : long.MaxValue;

    public bool WantsMemoryWatch => Plan.MemoryMiB > 0 && MemoryGroup is null;
}
