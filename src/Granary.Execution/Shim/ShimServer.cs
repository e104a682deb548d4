using System.Net.Sockets;
using Granary.Execution.Limits;
using Granary.Execution.Posix;
using Granary.Execution.Processes;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Shim;

/// <summary>
/// The supervisor of one node's processes: it outlives the agent, is the parent of every task, and keeps their ends until an agent has
/// made them durable elsewhere.
/// </summary>
internal sealed class ShimServer : IDisposable
{
    private static readonly CgroupLayout NoGroups =
        new([], Enum.GetValues<CgroupController>().ToDictionary(c => c, _ => "control groups are switched off on this node (Node:Cgroups)"));

    private readonly Socket _listener;
    private readonly string _socketPath;
    private readonly ShimLog _log;
    private readonly TaskGroups? _groups;
    private readonly TaskRegister _register;
    private readonly Launcher _launcher;
    private readonly Reaper _reaper;
    private readonly Watch _watch;

    public ShimServer(ShimOptions options, SystemRoot root)
    {
        Sys.BecomeSubreaper();
        var seen = new SeenTokens();
        _log = ShimLog.Open(Path.Combine(options.Directory, ShimFiles.Log), root.Read("/proc/sys/kernel/random/boot_id") ?? "",
            seen, out var logged, out var sameBoot);
        var layout = options.Cgroups ? CgroupLayout.Detect(root) : NoGroups;
        _groups = options.Cgroups ? TaskGroups.Open(layout, _log.Instance, Path.Combine(options.Directory, ShimFiles.Groups), Disks.Numbers(root)) : null;
        var topology = CpuTopology.Read(root);
        var cores = options.PinWholeCores ? new CoreAllocator(topology) : null;
        _register = new(_log, seen, cores);
        new Recovery(_register, _groups, root).Run(logged, sameBoot);

        var orphans = new Orphans(root);
        _launcher = new(_register, _groups, layout.WhyNot, cores, topology, options.AllowNewPrivileges);
        _reaper = new(_register, _groups, orphans);
        _watch = new(_register, options, _groups, cores, topology, orphans, root);
        _socketPath = Path.Combine(options.Directory, ShimFiles.Socket);
        File.Delete(_socketPath);
        _listener = ShimFiles.Listen(options.Directory);
    }

    /// <summary>Serves until there is nothing left to do; on the main thread.</summary>
    public void Run()
    {
        _launcher.Start();
        _reaper.Start();
        new Thread(Accept) { IsBackground = true, Name = "accept" }.Start();
        _watch.Run();
    }

    /// <summary>Asked to end: does so when nothing runs and no agent is there.</summary>
    public void EndWhenDone() => _watch.EndWhenDone();

    public void Dispose()
    {
        File.Delete(_socketPath);
        _listener.Dispose();
        lock (_register.Gate) _log.Dispose();
        _groups?.Close();
    }

    private void Accept()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = _listener.Accept();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            new Thread(() => Serve(socket)) { IsBackground = true, Name = "from agent" }.Start();
        }
    }

    private void Serve(Socket socket)
    {
        using var agent = new AgentConnection(socket);
        agent.Read(frame => Handle(agent, frame));
        _register.Detach(agent);
    }

    private void Handle(AgentConnection agent, FrameReader frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Hello:
                _register.Attach(agent);
                break;
            case FrameKind.Start or FrameKind.StartAs or FrameKind.StartIsolated:
                var sequence = frame.Long();
                var plans = new LaunchPlan[frame.Count()];
                for (var i = 0; i < plans.Length; i++)
                {
                    plans[i] = frame.Plan();
                    if (frame.Kind != FrameKind.Start) plans[i] = frame.User(plans[i]);
                    if (frame.Kind == FrameKind.StartIsolated) plans[i] = frame.Isolation(plans[i]);
                }
                var taken = _register.Take(plans);
                agent.Send(static (w, s) => w.Begin(FrameKind.Taken).Long(s).End(), sequence);
                _launcher.Enqueue(taken);
                break;
            case FrameKind.Stop:
                for (var left = frame.Count(); left > 0; left--) _register.Stop(frame.Key(), (ExitCause)frame.Byte());
                break;
            case FrameKind.StopWithin:
                _register.Stop(frame.Key(), (ExitCause)frame.Byte(), grace: frame.Span());
                break;
            case FrameKind.Acknowledge:
                var keys = new LeaseKey[frame.Count()];
                for (var i = 0; i < keys.Length; i++) keys[i] = frame.Key();
                _register.Acknowledge(keys);
                break;
            case FrameKind.End:
                _watch.EndWhenDone();
                break;
            default:
                throw new InvalidDataException($"frame of kind {frame.Kind}");
        }
    }
}
