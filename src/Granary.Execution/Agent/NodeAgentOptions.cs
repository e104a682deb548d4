using Granary.Execution.Memory;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution;

/// <summary>Settings of a node agent.</summary>
public sealed record NodeAgentOptions
{
    /// <summary>The node it takes charge of. A simulated one runs no processes.</summary>
    public required NodeSpec Node { get; init; }

    /// <summary>Holds <c>tasks/</c> and, unless <see cref="NodeDirectory"/> says otherwise, <c>nodes/NAME/</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Socket, log and lock of the node's shim; empty for <c>nodes/NAME</c> in the data directory. One agent at a time uses it.</summary>
    public string NodeDirectory { get; init; } = "";

    /// <summary>Program and first arguments that run <see cref="Shim.ShimProgram"/>; empty for this very program with the verb <c>shim</c>.</summary>
    public IReadOnlyList<string> ShimCommand { get; init; } = [];

    /// <summary>Make control groups where that is possible.</summary>
    public bool Cgroups { get; init; } = true;

    /// <summary>
    /// Give tasks that ask for whole cores cores of their own. Right when the node's capacity is what the machine has and no other
    /// agent shares it; not for a declared capacity.
    /// </summary>
    public bool PinWholeCores { get; init; } = true;

    /// <summary>As whom tasks run; null for the agent's own user.</summary>
    public TaskUser? RunAs { get; init; }

    /// <summary>Let tasks gain rights by set-user-id programs such as sudo.</summary>
    public bool AllowNewPrivileges { get; init; }

    /// <summary>What tasks' processes are kept to where they do not say so themselves.</summary>
    public NodeIsolation Isolation { get; init; } = NodeIsolation.Default;

    /// <summary>Memory that tasks share where they ask for it; null for none.</summary>
    public SharedMemoryOptions? SharedMemory { get; init; }

    /// <summary>A shim without agent and tasks ends after this long.</summary>
    public TimeSpan ShimIdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for the shim to answer after its start.</summary>
    public TimeSpan ShimStartTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the server may hold a poll that finds nothing.</summary>
    public TimeSpan PollWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A call that takes this much longer than it should counts as failed.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A heartbeat that is not answered within this time means that the server is gone or was restarted: the agent joins again. Default 5 s.</summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>First wait after a failed call; doubles up to <see cref="LongestBackoff"/>.</summary>
    public TimeSpan ShortestBackoff { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Reports in one call at most.</summary>
    public int ReportBatch { get; init; } = 1000;

    /// <summary>Output, work and checkpoints of a task go when they were last written this long ago; 0 keeps them for ever. Default 30 days.</summary>
    public TimeSpan KeepFiles { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How often older ones are looked for. Default 1 hour.</summary>
    public TimeSpan SweepFilesEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Reads the machine, so that the server can be told what it is made of; null to tell nothing.</summary>
    public MachineWatch? Machine { get; init; }

    /// <summary>Resources that no machine can measure: the node's capacity of them follows their calendars.</summary>
    public IReadOnlyList<DeclaredResource> Declared { get; init; } = [];

    /// <summary>Takes and keeps profiles; null where none are taken.</summary>
    public Profiling.ProfileDesk? Profiles { get; init; }

    /// <summary>Offered to tasks; null for none. The agent starts it and disposes of it.</summary>
    public Caching.TaskCache? Cache { get; init; }

    /// <summary>What tasks are told of the server; null for nothing.</summary>
    public TaskServer? Server { get; init; }

    /// <summary>Accelerators that the node's capacity counts, in the order of its numbers: each task is given some of them, as the pool has reserved. Empty where the capacity was declared otherwise.</summary>
    public IReadOnlyList<AcceleratorOffer> Accelerators { get; init; } = [];

    /// <summary>What it carries out beside processes and handlers.</summary>
    public ExecutorOptions Executors { get; init; } = new();

    /// <summary>What the server is told of this build.</summary>
    public string Version { get; init; } = typeof(NodeAgentOptions).Assembly.GetName().Version?.ToString(3) ?? "0";

    public string EffectiveNodeDirectory => NodeDirectory.Length > 0 ? NodeDirectory : Path.Combine(DataDirectory, "nodes", Node.Name);

    /// <exception cref="GranaryException">In one line what is wrong.</exception>
    public NodeAgentOptions Validated()
    {
        if (!Names.IsValid(Node.Name)) throw GranaryException.Invalid($"node name '{Node.Name}' is not valid: {Names.Rule}");
        if (!Names.IsValid(Node.Pool)) throw GranaryException.Invalid(ShardNames.Outside(Node.Pool) ?? $"pool name '{Node.Pool}' is not valid: {Names.Rule}");
        if (DataDirectory.Length == 0 || DataDirectory[0] != '/') throw GranaryException.Invalid($"data directory '{DataDirectory}' is not an absolute path");
        if (PollWait <= TimeSpan.Zero || CallTimeout <= TimeSpan.Zero || HeartbeatTimeout <= TimeSpan.Zero || ShortestBackoff <= TimeSpan.Zero || LongestBackoff < ShortestBackoff)
            throw GranaryException.Invalid("a node agent's times must be positive, and the longest back-off not below the shortest");
        if (KeepFiles < TimeSpan.Zero || SweepFilesEvery <= TimeSpan.Zero)
            throw GranaryException.Invalid("how long a node agent keeps files must not be negative, and how often it looks for old ones must be positive");
        _ = Executors.Validated();
        if (ReportBatch is < 1 or > 100_000) throw GranaryException.Invalid("a node agent's report batch must be 1 to 100000");
        return this;
    }
}
