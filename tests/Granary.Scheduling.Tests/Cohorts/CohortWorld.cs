using System.Buffers;
using Granary.Abstractions;
using Granary.Model;
using Granary.Scheduling.Cohorts;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Cohorts;

/// <summary>
/// Pools of one cohort, their machines and the cohort itself in virtual time, from one seed. Messages between the cohort and the pools are
/// lost, repeated and late; pools lose what they had not written and come back from their journals; machines are lost and return. The laws
/// of lending are checked after every step.
/// </summary>
internal sealed class CohortWorld
{
    public const long Grace = 500_000;

    private readonly PriorityQueue<Action, (long At, long Order)> _future = new();
    private readonly Random _random;
    private readonly CohortOptions _options;
    private CohortPlanner _planner;
    private long _order;
    private int _round;

    public CohortWorld(int seed, double faults, CohortOptions? options = null)
    {
        _random = new Random(seed);
        Faults = faults;
        _options = options ?? new CohortOptions();
        _planner = new CohortPlanner(_options);
        Now = VirtualPool.Start;
        After(0, Round);
    }

    /// <summary>How likely each fault is, 0 to 1.</summary>
    public double Faults { get; set; }

    public long Now { get; private set; }

    public double Seconds => (Now - VirtualPool.Start) / (double)Clock.Second;

    public SortedDictionary<string, CohortWorldPool> Pools { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, Machine> Machines { get; } = new(StringComparer.Ordinal);

    public int LoansGranted { get; private set; }

    public int Restarts { get; private set; }

    public CohortWorldPool Pool(string name, string cohort = "lab", LendingPolicy? lending = null)
    {
        var pool = Pools[name] = new CohortWorldPool(this, name);
        Do(pool, (s, b) => s.Configure(new PoolSpec { Name = name, Cohort = cohort, Policy = lending is null ? null : new PoolPolicy { Lending = lending } }, Now, b, pool.Effects), mayFail: false);
        return pool;
    }

    public void Node(string pool, string name, ResourceSet capacity)
    {
        var machine = Machines[name] = new Machine(new NodeSpec { Name = name, Pool = pool, Capacity = capacity });
        Join(machine);
    }

    public void Submit(string pool, TaskSpec spec, int count = 1) =>
        Do(Pools[pool], (s, b) => s.Submit(new SubmitBatch("", [new SubmitItem(spec, count)]), Now, b, Pools[pool].Effects), mayFail: false);

    public void After(long micros, Action action) => _future.Enqueue(action, (Now + micros, _order++));

    /// <summary>Runs for so many seconds.</summary>
    public void Run(double seconds)
    {
        var until = Now + (long)(seconds * Clock.Second);
        while (_future.TryPeek(out _, out var next) && next.At <= until)
        {
            Now = Math.Max(Now, next.At);
            _future.Dequeue()();
            CheckLaws();
        }
        Now = until;
    }

    /// <summary>One command of a pool, then what it places; made durable, then acted on. With faults the pool may die before, or after, its commit.</summary>
    public void Do(CohortWorldPool pool, Action<PoolScheduler, EventBatch> command, bool mayFail = true)
    {
        var batch = new EventBatch();
        pool.Effects.Clear();
        command(pool.Scheduler, batch);
        var again = pool.Scheduler.Schedule(Now, batch, pool.Effects, 10_000);
        if (mayFail && Chance(0.1))
        {
            Restart(pool); // nothing was written: nobody heard
            return;
        }
        pool.Journal.Add(Write(batch));
        if (mayFail && Chance(0.1))
        {
            Restart(pool); // written, and nobody heard: machines learn when they join again
            foreach (var machine in Machines.Values.Where(m => m.Up)) After(1000, () => Join(machine));
            return;
        }
        foreach (var action in pool.Effects.Take()) action();
        LoansGranted += batch.Events.ToArray().Count(e => e.Kind == EventKind.LoanGranted);
        if (again < long.MaxValue && pool.Wake(again)) After(Math.Max(1, again - Now), () =>
        {
            pool.Woken();
            Do(pool, (_, _) => { });
        });
    }

    public void Lose(Machine machine)
    {
        machine.Up = false;
        if (_random.Next(2) == 0) machine.Running.Clear(); // else its processes live on, and it only cannot be heard
        Do(Pools[machine.Spec.Pool], (s, b) => s.NodeChanged(machine.Spec.Name, NodeState.Lost, Now, b, Pools[machine.Spec.Pool].Effects));
    }

    /// <summary>The machine's agent joins: each pool with leases there says which are current.</summary>
    public void Join(Machine machine)
    {
        machine.Up = true;
        var owner = Pools[machine.Spec.Pool];
        IReadOnlyList<string> borrowers = [];
        Reconcile(owner, machine, (s, b, live) =>
        {
            var reply = s.NodeUp(new NodeUpRequest(machine.Spec, NodeState.Ready, live), Now, b, owner.Effects);
            borrowers = reply.Borrowers;
            return reply;
        });
        foreach (var name in borrowers.Concat(machine.Running.Values.Select(a => a.Lease.Task.Pool)).Where(p => p != owner.Name).Distinct().ToArray())
            Reconcile(Pools[name], machine, (s, b, live) => s.HostUp(machine.Spec.Name, live, Now, b, Pools[name].Effects));
    }

    private void Reconcile(CohortWorldPool pool, Machine machine, Func<PoolScheduler, EventBatch, IReadOnlyList<Lease>, NodeUpReply> up)
    {
        NodeUpReply? reply = null;
        var live = machine.Running.Values.Select(a => a.Lease).Where(l => l.Task.Pool == pool.Name).OrderBy(l => l.Token).ToArray();
        Do(pool, (s, b) => reply = up(s, b, live), mayFail: false);
        foreach (var stale in reply!.Stale) machine.Running.Remove((stale.Task, stale.Token));
        foreach (var expected in reply.Expected) Start(expected);
    }

    public void Start(Assignment assignment)
    {
        var machine = Machines[assignment.Lease.Node];
        if (!machine.Up || !machine.Running.TryAdd((assignment.Lease.Task, assignment.Lease.Token), assignment)) return;
        Report(assignment.Lease, ReportKind.Started, null, 1000);
        var span = Clock.ToMicros(assignment.Spec.Duration!.Value);
        After(span, () => End(machine, assignment.Lease, ExitCause.Succeeded));
    }

    public void Stop(StopLease stop)
    {
        var machine = Machines[stop.Lease.Node];
        if (!machine.Up) return;
        if (!machine.Running.ContainsKey((stop.Lease.Task, stop.Lease.Token))) Report(stop.Lease, ReportKind.NotHere, null, 1000);
        else After(Grace, () => End(machine, stop.Lease, stop.Cause));
    }

    private void End(Machine machine, Lease lease, ExitCause cause)
    {
        if (machine.Running.Remove((lease.Task, lease.Token))) Report(lease, ReportKind.Ended, new ExitInfo { Cause = cause, Code = 0 }, 1000);
    }

    /// <summary>Reports go out until they are accepted.</summary>
    private void Report(Lease lease, ReportKind kind, ExitInfo? exit, long delay) => After(delay, () =>
    {
        var pool = Pools[lease.Task.Pool];
        if (Machines[lease.Node].Up) Do(pool, (s, b) => s.Report([new TaskReport(lease, kind, Clock.ToTime(Now), exit)], Now, b, pool.Effects), mayFail: false);
    });

    /// <summary>A round of the cohort: standings at different moments, then a plan, then orders on their way.</summary>
    private void Round()
    {
        if (Chance(0.05)) _planner = new CohortPlanner(_options);
        var standings = new List<CohortStanding>();
        var withAgents = _round++ % 4 == 0;
        foreach (var pool in Pools.Values)
            if (!Chance(0.1)) After(_random.Next(20_000), () => standings.Add(pool.Scheduler.Standing(withAgents)));
        After(25_000, () =>
        {
            foreach (var (name, orders) in _planner.Plan("lab", standings, Now)) Deliver(name, orders);
        });
        After(250_000, Round);
    }

    private void Deliver(string name, CohortOrders orders)
    {
        for (var copies = Chance(0.1) ? 0 : Chance(0.2) ? 2 : 1; copies > 0; copies--)
            After(_random.Next(Chance(0.2) ? 3_000_000 : 10_000), () =>
            {
                IReadOnlyList<Loan> granted = [];
                var before = Pools[name].Generation;
                Do(Pools[name], (s, b) => granted = s.Carry(orders, Now, b, Pools[name].Effects));
                if (Pools[name].Generation != before) return; // the answer was lost with it
                foreach (var loans in granted.GroupBy(l => l.Borrower)) Deliver(loans.Key, new CohortOrders { Take = [.. loans] });
            });
    }

    private void Restart(CohortWorldPool pool)
    {
        Restarts++;
        pool.Restart(snapshot: _random.Next(2) == 0);
        After(1000, () => Do(pool, (_, _) => { }, mayFail: false)); // it schedules when it comes up
    }

    private bool Chance(double weight) => Faults > 0 && _random.NextDouble() < weight * Faults;

    private static byte[] Write(EventBatch batch)
    {
        var writer = new ArrayBufferWriter<byte>();
        EventCodec.Write(batch, writer);
        return writer.WrittenSpan.ToArray();
    }

    private void CheckLaws()
    {
        var standings = Pools.ToDictionary(p => p.Key, p => p.Value.Scheduler.Standing(false));
        var leases = Pools.Values.SelectMany(p => p.Scheduler.List(new TaskQuery { Limit = 10_000, States = [TaskState.Placed, TaskState.Running] }, Now)).ToLookup(t => t.Node);
        foreach (var machine in Machines.Values)
        {
            var (name, owner) = (machine.Spec.Name, machine.Spec.Pool);
            var given = standings[owner].Given.Where(g => g.Loan.Node.Name == name).ToArray();
            var own = leases[name].Where(t => t.Id.Pool == owner).Sum(t => t.Spec.Resources.CpuMilli);
            Assert.True(own + given.Sum(g => g.Loan.Node.Capacity.CpuMilli) <= machine.Spec.Capacity.CpuMilli, $"node {name}: {own} leased and {given.Length} loans at {Seconds} s");
            Assert.True(leases[name].Sum(t => t.Spec.Resources.CpuMilli) <= machine.Spec.Capacity.CpuMilli, $"node {name} holds more than it has at {Seconds} s");
        }
        foreach (var standing in standings.Values)
            foreach (var taken in standing.Taken)
            {
                // what is usable here is set aside there
                Assert.Contains(standings[taken.Loan.Lender].Given, g => g.Loan.Number == taken.Loan.Number && g.Loan.Borrower == standing.Pool);
                Assert.True(taken.Free.Named().All(f => f.Amount >= 0), $"loan {taken.Loan.Number} of {taken.Loan.Lender} holds more than it is");
            }
    }
}

/// <summary>A machine with its processes.</summary>
internal sealed class Machine(NodeSpec spec)
{
    public NodeSpec Spec { get; } = spec;

    public bool Up { get; set; } = true;

    public Dictionary<(TaskId Task, long Token), Assignment> Running { get; } = [];
}
