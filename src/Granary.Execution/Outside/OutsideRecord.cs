using Granary.Model;

namespace Granary.Execution.Outside;

/// <summary>Something that outlives a task's own process and has to be cleared away after it: a container, a scope.</summary>
/// <param name="Lease">Whose.</param>
/// <param name="Kind">Container or scope.</param>
/// <param name="Program">Absolute path of what manages it: podman, docker or systemctl.</param>
/// <param name="Name">Under which that knows it.</param>
internal sealed record OutsideRecord(Lease Lease, ExecutorKind Kind, string Program, string Name);
