using Granary.Execution.Limits;
using Granary.Execution.Posix;
using Granary.Execution.Processes;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Shim;

/// <summary>
/// Starts queued attempts on a thread of its own, which never ends: a process is the child of the thread that started it, and what is
/// the child of the main thread is therefore an orphan that was given to us.
/// </summary>
internal sealed class Launcher(
    TaskRegister register, TaskGroups? groups, IReadOnlyDictionary<CgroupController, string> whyNoGroups, CoreAllocator? cores, CpuTopology topology, bool allowNewPrivileges)
{
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
        var missing = new List<string>();
        MakeGroups(task, missing);
        // A backstop for what allocates faster than the watch looks: several times the limit, since address space is not memory.
        var isolation = task.WantsMemoryWatch ? Backstop(plan) : plan.Isolation;
        var numa = BindMemory(task, missing);
        if (Refused(task, missing)) return;

        using var gate = task.Groups.Count > 0 || ProcessIsolation.IsNeeded(isolation) ? StartGate.Open() : null;
        if (gate is not null) request = StartGate.Behind(request);
        Bind(task);

        if (isolation?.HugePages == false) ProcessAttributes.AllowHugePages(false);
        var before = Sys.SecondsSinceBoot();
        var error = plan.User is { } user
            ? SpawnAs.Start(spawner, request, user, plan.OwnWork, gate?.Read ?? -1, out var pid)
            : spawner.Start(request, out pid, gate is null ? null : new OpenFiles(-1, -1, -1, gate.Read));
        if (isolation?.HugePages == false) ProcessAttributes.AllowHugePages(true);
        if (numa) _ = ProcessAttributes.SetMemoryNodes(bind: false, []);
        if (error != 0)
        {
            groups?.Remove(task.Groups);
            register.SpawnFailed(task, SpawnFailure.Explain(plan, error));
            return;
        }
        if (gate is not null)
        {
            foreach (var group in task.Groups)
                if (!group.Enter(pid)) missing.Add($"{string.Join(", ", group.Controllers)}: the group {group.Directory} could not be entered");
            if (isolation is not null) ProcessIsolation.Apply(pid, isolation, missing);
            if (plan.Isolation?.Strict == true && missing.Count > 0)
            {
                // it has not passed the gate: nothing of the task has run
                _ = Sys.Kill(pid, Signals.Kill);
                _ = Refused(task, missing);
                return;
            }
            gate.Pass();
        }
        register.Spawned(task, pid, before, Sys.SecondsSinceBoot());
    }

    private void MakeGroups(ShimTask task, List<string> missing)
    {
        var limits = TaskLimits.Of(task.Plan, task.Cores, topology);
        var planned = groups?.Plan(limits) ?? TaskGroups.PlanWithout(limits, whyNoGroups);
        missing.AddRange(planned.Missing);
        if (groups is not null && planned.Groups.Count > 0) task.Groups = groups.MakeAtStart(task.Key, planned, missing);
        // memory is watched where no group limits it
        missing.RemoveAll(m => m.StartsWith("memory:", StringComparison.Ordinal));
    }

    private bool Refused(ShimTask task, List<string> missing)
    {
        if (task.Plan.Isolation?.Strict != true || missing.Count == 0) return false;
        groups?.Remove(task.Groups);
        register.SpawnFailed(task, $"this node cannot keep it to what it asks for ({missing[0]}): leave that out, or strict");
        return true;
    }

    private static TaskIsolation Backstop(LaunchPlan plan)
    {
        var limit = new TaskIsolation { Limits = new Dictionary<string, long> { ["data"] = ((plan.MemoryMiB * 4) + 256) * 1024 * 1024 } };
        return plan.Isolation?.Over(limit) ?? limit;
    }

    private bool BindMemory(ShimTask task, List<string> missing)
    {
        if (task.Plan.Isolation?.Numa is not (NumaPolicy.Prefer or NumaPolicy.Bind)) return false;
        var nodes = TaskLimits.MemoryNodes(task.Cores, topology);
        var error = ProcessAttributes.SetMemoryNodes(task.Plan.Isolation.Numa == NumaPolicy.Bind, nodes);
        if (error != 0) missing.Add($"numa: {LibC.Describe(error)}");
        return error == 0;
    }

    // A child inherits the CPUs of the thread that starts it: no wrapper and no race.
    private void Bind(ShimTask task)
    {
        if (cores is null) return;
        if (task.Cores.Length > 0 && Sys.SetAffinity(0, task.Cores))
        {
            _boundTo = -1;
            return;
        }
        int[] shared;
        int generation;
        lock (register.Gate) (shared, generation) = ([.. cores.Shared], cores.Generation);
        // cores of which none is online any more bind nothing: the watch finds others
        if (_boundTo == generation || !Sys.SetAffinity(0, shared)) return;
        _boundTo = generation;
    }
}
