namespace Granary.Execution.Shim;

/// <summary>What a shim tells an agent that connects: what it holds and what it has ever seen.</summary>
/// <param name="Instance">What tells its tasks' processes from those of other nodes on the machine; empty from a shim that does not say it.</param>
internal sealed record Welcome(int Protocol, int ShimPid, IReadOnlyList<HeldLease> Held, IReadOnlyList<LeaseKey> Seen, string Instance);

internal static class WelcomeCodec
{
    public const int ProtocolVersion = 5;

    /// <summary>From this version on a stop may come with a grace of its own. Shims of the version before do all else as now, so agents speak to them too.</summary>
    public const int KnowsGrace = 2;

    /// <summary>From this version on a start may say as whom. An older shim would run the task as its own user: it is not asked to.</summary>
    public const int KnowsUsers = 3;

    /// <summary>From this version on a start may say what processes are kept to. An older shim would not do it: what is strict is not given to one.</summary>
    public const int KnowsIsolation = 4;

    private const int SaysInstance = 5;
    private const int OldestProtocol = 1;

    public static void Write(FrameWriter writer, IReadOnlyCollection<ShimTask> tasks, SeenTokens seen, string instance)
    {
        writer.Begin(FrameKind.Welcome).Int(ProtocolVersion).Int(Environment.ProcessId).Int(tasks.Count);
        foreach (var task in tasks)
        {
            writer.Lease(task.Plan.Lease).Time(task.Phase == ShimTaskPhase.Queued ? default : task.StartedAt)
                .Byte(task.End is null ? (byte)0 : (byte)1);
            if (task.End is not null) writer.Report(task.End);
        }
        writer.Int(seen.Count);
        foreach (var key in seen.All()) writer.Key(key);
        writer.Text(instance).End();
    }

    /// <exception cref="InvalidDataException">The shim speaks another version.</exception>
    public static Welcome Read(ref FrameReader reader)
    {
        if (reader.Int() is var version && version is < OldestProtocol or > ProtocolVersion)
            throw new InvalidDataException($"the shim of this node speaks protocol {version}, this agent {ProtocolVersion}: let its tasks end first");
        var pid = reader.Int();
        var held = new HeldLease[reader.Count()];
        for (var i = 0; i < held.Length; i++)
        {
            var lease = reader.Lease();
            var started = reader.Time();
            held[i] = new(lease, started == default ? null : started, reader.Byte() == 0 ? null : reader.Report());
        }
        var seen = new LeaseKey[reader.Count()];
        for (var i = 0; i < seen.Length; i++) seen[i] = reader.Key();
        return new(version, pid, held, seen, version >= SaysInstance ? reader.Text() : "");
    }
}
