using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Execution.Outside;
using Granary.Execution.Processes;
using Granary.Model;

namespace Granary.Execution.Containers;

/// <summary>
/// Runs commands in containers: the task's process is the engine's own client, which passes signals on and ends with the container's exit code. The container is named after
/// its lease, so that it is found and removed whoever died in between.
/// </summary>
/// <param name="engines">Of the node, the preferred one first; asked anew for each start, since a daemon may come and go.</param>
/// <param name="instance">Tells the containers of this node's directory from those of others on the machine.</param>
internal sealed class ContainerRuns(Func<IReadOnlyList<ContainerEngine>> engines, ContainerMounts mounts, TaskFiles files, TaskUser? user, string instance) : IOutside
{
    /// <summary>Where the task's own directories are within a container.</summary>
    public const string Work = "/work";
    public const string Checkpoint = "/checkpoint";

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20);

    public ExecutorKind Kind => ExecutorKind.Container;

    /// <summary>Eight hexadecimal digits for a node's directory.</summary>
    public static string InstanceOf(string nodeDirectory) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(nodeDirectory)))[..8];

    public (OutsideRecord? Record, string Error) Describe(Assignment assignment)
    {
        var wanted = assignment.Spec.Terms!.Action!.Container!.Engine;
        var there = engines();
        var engine = there.FirstOrDefault(e => wanted.Length == 0 || e.Name == wanted);
        if (engine is null)
            return (null, there.Count == 0 ? "no container engine answers on this node; 'granary doctor' there says what is missing" : $"this node has no {wanted}, but {string.Join(" and ", there.Select(e => e.Name))}");
        var lease = assignment.Lease;
        var name = string.Create(CultureInfo.InvariantCulture, $"granary-{instance}-{lease.Task.Pool}-{lease.Task.Number}-{lease.Token}");
        return (new(lease, Kind, engine.Program, name), "");
    }

    public (LaunchPlan? Plan, string Error) Plan(Assignment assignment, OutsideRecord record, LaunchPlan plain)
    {
        var (spec, lease) = (assignment.Spec, assignment.Lease);
        var run = spec.Terms!.Action!.Container!;
        var engine = engines().FirstOrDefault(e => e.Program == record.Program)?.Name ?? ContainerEngine.Docker;
        List<string> words = [engine, "run", "--name", record.Name, "--label", $"granary.instance={instance}", "--label", $"granary.task={lease.Task}"];
        // what a container may do is what a task may: no capability, and no way to gain one
        words.AddRange(["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--network", run.Network.Length > 0 ? run.Network : "bridge"]);
        if (OutsideLimits.Unmet(plain.Isolation, scope: false) is { Length: > 0 } unmet) return (null, $"a container cannot be kept to {unmet}, and the task is strict; leave that out");
        if (run.ReadOnly) words.Add("--read-only");
        if (user is { } account)
        {
            var numbers = account.For(lease.Task);
            words.AddRange(["--user", string.Create(CultureInfo.InvariantCulture, $"{numbers.User}:{numbers.Group}")]);
        }
        else if (engine == ContainerEngine.Podman && Posix.Sys.EffectiveUser != 0)
        {
            words.AddRange(["--userns", "keep-id"]); // rootless: files it makes are the agent's user's
        }
        else if (Posix.Sys.EffectiveUser is var own and not 0)
        {
            words.AddRange(["--user", own.ToString(CultureInfo.InvariantCulture)]);
        }
        words.AddRange(OutsideLimits.OfContainer(spec.Resources, plain.Isolation));
        if (assignment.Gpus is { Count: > 0 } gpus)
            foreach (var gpu in gpus) words.AddRange(engine == ContainerEngine.Podman ? ["--device", Invariant($"nvidia.com/gpu={gpu}")] : (string[])["--gpus", Invariant($"\"device={gpu}\"")]);
        words.AddRange(["--volume", $"{files.Work(lease.Task)}:{Work}", "--volume", $"{files.Checkpoint(lease.Task)}:{Checkpoint}"]);
        foreach (var text in run.Mounts ?? [])
        {
            if (!ContainerMount.TryParse(text, out var mount)) return (null, $"'{text}' is no mount");
            if (mounts.WhyNot(mount) is { Length: > 0 } why) return (null, why);
            words.AddRange(["--volume", $"{mount.Source}:{mount.Target}{(mount.ReadOnly ? ":ro" : "")}"]);
        }
        words.AddRange(["--workdir", spec.WorkingDirectory.Length > 0 ? spec.WorkingDirectory : Work]);
        if (WriteEnvironment(assignment, out var error) is not { } file) return (null, error);
        words.AddRange(["--env-file", file, run.Image, .. spec.Command]);
        return (plain with
        {
            Program = record.Program,
            Arguments = words,
            Environment = ClientEnvironment(),
            WorkingDirectory = "/",
            OwnWork = false,
            // the client is the agent's: who may talk to the engine may do what it may
            User = null,
            // the engine keeps these limits
            MemoryMiB = 0,
            CpuMilli = 0,
            Isolation = null,
        }, "");
    }

    public async Task<ExitInfo> Settle(OutsideRecord record, ExitInfo exit, CancellationToken cancel)
    {
        var seen = await ToolRun.Ask(record.Program, ["inspect", "--format", "{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}", record.Name], AnswerWithin, cancel);
        var removed = await ToolRun.Ask(record.Program, Removal(record.Program, record.Name), AnswerWithin, cancel);
        if (removed.Code is null) throw new IOException(removed.Complaint);
        if (File.Exists(EnvironmentFile(record.Lease))) File.Delete(EnvironmentFile(record.Lease));
        return Judge(exit, seen.IsGood ? seen.Output.Trim() : "", Complaint(record.Lease));
    }

    public async Task Sweep(IReadOnlySet<string> kept, CancellationToken cancel)
    {
        foreach (var engine in engines())
        {
            var listed = await ToolRun.Ask(engine.Program, ["ps", "--all", "--filter", $"label=granary.instance={instance}", "--format", "{{.Names}}"], AnswerWithin, cancel);
            foreach (var name in listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                if (name.StartsWith($"granary-{instance}-", StringComparison.Ordinal) && !kept.Contains(name)) _ = await ToolRun.Ask(engine.Program, Removal(engine.Program, name), AnswerWithin, cancel);
        }
    }

    /// <summary>At once: its grace is over, and podman would give it ten seconds more.</summary>
    private static string[] Removal(string program, string name) =>
        Path.GetFileName(program) == ContainerEngine.Podman ? ["rm", "--force", "--time", "0", name] : ["rm", "--force", name];

    /// <summary>What an end was, from the end of the client and what the engine said of the container: <c>exited 3 false</c>, or nothing. Pure.</summary>
    internal static ExitInfo Judge(ExitInfo exit, string state, string complaint)
    {
        var (status, code, killed) = state.Split(' ') is [var s, var c, var k] && int.TryParse(c, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? (s, n, k == "true") : ("", 0, false);
        var natural = exit.Cause is ExitCause.Succeeded or ExitCause.ExitCode or ExitCause.Signal or ExitCause.Unknown;
        if (killed && natural) return exit with { Cause = ExitCause.OutOfMemory, Code = code, Message = "out of memory: the container reached its limit" };
        // these are the engine's own where the container was never started: no image, no such program in it, no right to run it
        if (exit is { Cause: ExitCause.ExitCode, Code: 125 or 126 or 127 } && status is "" or "created")
            return exit with { Cause = ExitCause.StartFailed, Code = null, Message = complaint.Length > 0 ? complaint : "the container engine could not start it" };
        // nobody saw the client's end, but the engine saw the container's
        if (exit.Cause == ExitCause.Unknown && status is "exited" or "stopped")
            return exit with { Cause = code == 0 ? ExitCause.Succeeded : ExitCause.ExitCode, Code = code, Message = code == 0 ? "" : Invariant($"exit code {code}") };
        return exit;
    }

    /// <summary>The engine's last error, which is not always what it says last.</summary>
    private string Complaint(Lease lease)
    {
        try
        {
            using var reader = new StreamReader(files.Error(lease.Task));
            var buffer = new char[16 * 1024];
            var lines = new string(buffer, 0, reader.ReadBlock(buffer)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var line = lines.LastOrDefault(l => l.Contains("rror:", StringComparison.Ordinal)) ?? lines.LastOrDefault() ?? "";
            return line.Length > 400 ? line[..400] + "…" : line;
        }
        catch (IOException)
        {
            return "";
        }
    }

    private string EnvironmentFile(Lease lease) => Invariant($"{files.Directory(lease.Task)}/environment.{lease.Token}");

    /// <summary>A file rather than words of the command line, which every user of the machine can read; removed at the end.</summary>
    private string? WriteEnvironment(Assignment assignment, out string error)
    {
        error = "";
        var own = assignment.Spec.Environment ?? new Dictionary<string, string>();
        // of the small environment of a process only what means something within a container
        var all = LaunchEnvironment.Build(assignment, Work, Checkpoint, _ => null).Where(v => v.StartsWith("GRANARY_", StringComparison.Ordinal) || own.ContainsKey(v[..v.IndexOf('=', StringComparison.Ordinal)]));
        var path = EnvironmentFile(assignment.Lease);
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OperatingSystem.IsWindows() ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite });
            file.Write(Encoding.UTF8.GetBytes(string.Concat(all.Select(v => v + "\n"))));
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = $"{path} cannot be written: {e.Message}";
            return null;
        }
    }

    /// <summary>Of the agent's own environment what its engine's client needs; nothing of the task's, which could make it load code.</summary>
    private static string[] ClientEnvironment() => [.. new[] { "PATH", "HOME", "XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "CONTAINER_HOST", "CONTAINERS_CONF", "REGISTRY_AUTH_FILE", "TMPDIR" }
        .Select(name => (name, value: Environment.GetEnvironmentVariable(name))).Where(v => !string.IsNullOrEmpty(v.value)).Select(v => $"{v.name}={v.value}")];

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
