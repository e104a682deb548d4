using System.Globalization;
using Granary.Execution.Limits;
using Granary.Execution.Posix;
using Granary.Execution.Processes;

namespace Granary.Execution.Shim;

/// <summary>
/// Starts queued attempts on a thread of its own, which never ends: a process is the child of the thread that started it, and what is
/// the child of the main thread is therefore an orphan that was given to us.
/// </summary>
internal sealed class Launcher(TaskRegister register, TaskGroups? groups, CoreAllocator? cores, bool allowNewPrivileges)
{
    // "$1" is the group to enter; what follows is the command
    private const string EnterGroup = "echo 0 > \"$1\" || { echo 'granary: cannot enter the control group' >&2; exit 126; }; shift; exec \"$@\"";

    // A backstop for what allocates faster than the watch looks: several times the limit, since address space is not memory.
    private const string LimitData = "ulimit -d \"$1\" 2> /dev/null; shift; exec \"$@\"";

    // The same for who may not open the group's file: it is open already.
    private const string EnterOpenGroup = "echo 0 >&3 || { echo 'granary: cannot enter the control group' >&2; exit 126; }; exec 3>&-; shift; exec \"$@\"";

    private readonly Queue<ShimTask> _queue = new();
    private int _boundTo = -1;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "launcher" }.Start();

    public void Enqueue(List<ShimTask> tasks)
    {
        lock (_queue)
        {
            foreach (var task in tasks) _queue.Enqueue(task);
            Monitor.PulseAll(_queue);
        }
    }

    private void Run()
    {
        using var spawner = new Spawner();
        if (!allowNewPrivileges) Credentials.GiveUpNewPrivileges();
        while (true)
        {
            ShimTask? task;
            lock (_queue)
                while (!_queue.TryDequeue(out task)) Monitor.Wait(_queue);
            Launch(spawner, task);
        }
    }

    private void Launch(Spawner spawner, ShimTask task)
    {
        if (!register.BeginSpawn(task)) return;
        var plan = task.Plan;
        string[] environment = [.. plan.Environment, $"{LaunchEnvironment.LeaseVariable}={register.Mark(task.Key)}"];
        var request = new SpawnRequest(plan.Program, plan.Arguments, environment, plan.WorkingDirectory, plan.Output, plan.Error);
        if (plan.MemoryMiB > 0)
        {
            task.Group = groups?.ForMemory(task.Key, plan.MemoryMiB, plan.CpuMilli);
            request = task.Group is not null
                ? Wrapped(request, plan.User is null ? EnterGroup : EnterOpenGroup, task.Group.ProcessesFile)
                : Wrapped(request, LimitData, (((plan.MemoryMiB * 4) + 256) * 1024).ToString(CultureInfo.InvariantCulture));
        }
        Bind(task);

        var before = Sys.SecondsSinceBoot();
        var error = plan.User is { } user
            ? SpawnAs.Start(spawner, request, user, plan.OwnWork, task.Group?.ProcessesFile, out var pid)
            : spawner.Start(request, out pid);
        if (error == 0)
        {
            register.Spawned(task, pid, before, Sys.SecondsSinceBoot());
            return;
        }
        if (task.Group is not null) groups!.Remove(task.Group);
        register.SpawnFailed(task, SpawnFailure.Explain(plan, error));
    }

    private static SpawnRequest Wrapped(in SpawnRequest request, string script, string argument) => request with
    {
        Program = "/bin/sh",
        Arguments = ["sh", "-c", script, "sh", argument, request.Program, .. request.Arguments.Skip(1)],
    };

    // A child inherits the CPUs of the thread that starts it: no wrapper and no race.
    private void Bind(ShimTask task)
    {
        if (cores is null) return;
        if (task.Cores.Length > 0)
        {
            Sys.SetAffinity(0, task.Cores);
            _boundTo = -1;
            return;
        }
        int[] shared;
        int generation;
        lock (register.Gate) (shared, generation) = ([.. cores.Shared], cores.Generation);
        if (_boundTo == generation) return;
        Sys.SetAffinity(0, shared);
        _boundTo = generation;
    }
}
