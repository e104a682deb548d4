using System.Globalization;
using Granary.Execution.Memory;
using Granary.Model;

namespace Granary.Execution.Processes;

/// <summary>The small clean environment a task starts with: nothing of the agent's own leaks into it but what is named here.</summary>
public static class LaunchEnvironment
{
    /// <summary>Which lease a process belongs to, for its supervisor.</summary>
    public const string LeaseVariable = "GRANARY_LEASE";

    /// <summary>The span that a task runs in, for programs that trace too: the name by which OpenTelemetry carries contexts through environments.</summary>
    public const string TraceVariable = "TRACEPARENT";

    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Variables as <c>NAME=value</c>; the task's own come last and win.</summary>
    /// <param name="inherited">Reads a variable of the agent; null when it is not set.</param>
    /// <param name="user">As whom the task runs, where that is not the agent's user: then its home is not the agent's either.</param>
    /// <param name="sharedMemory">The node's shared pool, where there is one.</param>
    /// <param name="cache">How it reaches the node's cache; null for none.</param>
    /// <param name="server">Where it finds the server; null for a task that is not told.</param>
    public static string[] Build(Assignment assignment, string workingDirectory, string checkpoint, Func<string, string?> inherited, TaskUser? user = null, string? sharedMemory = null, (string Socket, string Token)? cache = null, TaskServer? server = null)
    {
        var (lease, spec) = (assignment.Lease, assignment.Spec);
        var own = spec.Environment;
        var result = new List<string>(16 + (own?.Count ?? 0));
        void Set(string name, string value)
        {
            if (own is null || !own.ContainsKey(name)) result.Add(name + "=" + value);
        }

        Set("PATH", Value(inherited, "PATH", DefaultPath));
        Set("HOME", user is null ? Value(inherited, "HOME", "/") : user.Home.Length > 0 ? user.Home : workingDirectory);
        if (user is not null)
        {
            Set("USER", user.Name);
            Set("LOGNAME", user.Name);
        }
        Set("LANG", Value(inherited, "LANG", "C.UTF-8"));
        Set("TMPDIR", Value(inherited, "TMPDIR", "/tmp"));
        Set("PWD", workingDirectory);
        Set("GRANARY_TASK", lease.Task.ToString());
        Set("GRANARY_AGENT", spec.Agent);
        Set("GRANARY_NODE", lease.Node);
        Set("GRANARY_ATTEMPT", lease.Attempt.ToString(CultureInfo.InvariantCulture));
        Set("GRANARY_INDEX", assignment.Index.ToString(CultureInfo.InvariantCulture));
        Set("GRANARY_COUNT", assignment.Count.ToString(CultureInfo.InvariantCulture));
        Set("GRANARY_CHECKPOINT_DIR", checkpoint);
        if (server is not null)
            foreach (var (name, value) in server.Variables(assignment)) Set(name, value);
        if (cache is { } shared)
        {
            Set(Caching.TaskCache.SocketVariable, shared.Socket);
            Set(Caching.TaskCache.TokenVariable, shared.Token);
        }
        if (assignment.GangNodes is { } nodes)
        {
            Set("GRANARY_GANG_SIZE", assignment.Count.ToString(CultureInfo.InvariantCulture));
            Set("GRANARY_GANG_INDEX", assignment.Index.ToString(CultureInfo.InvariantCulture));
            Set("GRANARY_GANG_NODES", string.Join(',', nodes));
        }
        if (sharedMemory is not null && NodeSharedMemory.IsAskedFor(spec)) Set(NodeSharedMemory.Variable, sharedMemory);
        if (assignment.Trace is { } trace) Set(TraceVariable, trace);
        if (assignment.Gpus is { Count: > 0 } gpus) Set("GRANARY_GPUS", string.Join(',', gpus));
        if (own is not null)
            foreach (var (name, value) in own)
                if (name != LeaseVariable) result.Add(name + "=" + value);
        return [.. result];
    }

    /// <summary>The path that the task's program is looked up on.</summary>
    public static string PathOf(TaskSpec spec, Func<string, string?> inherited) =>
        spec.Environment is { } own && own.TryGetValue("PATH", out var path) ? path : Value(inherited, "PATH", DefaultPath);

    private static string Value(Func<string, string?> inherited, string name, string otherwise) =>
        inherited(name) is { Length: > 0 } value ? value : otherwise;
}
