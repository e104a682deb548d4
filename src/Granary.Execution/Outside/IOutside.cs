using Granary.Execution.Processes;
using Granary.Model;

namespace Granary.Execution.Outside;

/// <summary>Runs a task's command within something that outlives its process.</summary>
internal interface IOutside
{
    ExecutorKind Kind { get; }

    /// <summary>What the attempt will have outside; null with a line where it cannot be.</summary>
    (OutsideRecord? Record, string Error) Describe(Assignment assignment);

    /// <summary>The plan of the process that stands for it.</summary>
    /// <param name="assignment">The attempt.</param>
    /// <param name="record">From <see cref="Describe"/>.</param>
    /// <param name="plain">What all plans have: limits of time and output, files, directories.</param>
    (LaunchPlan? Plan, string Error) Plan(Assignment assignment, OutsideRecord record, LaunchPlan plain);

    /// <summary>After the process has ended, however that was: clears away what is left, and says how it really ended.</summary>
    Task<ExitInfo> Settle(OutsideRecord record, ExitInfo exit, CancellationToken cancel);

    /// <summary>Clears away what this node has and nobody counts on.</summary>
    Task Sweep(IReadOnlySet<string> kept, CancellationToken cancel);
}
