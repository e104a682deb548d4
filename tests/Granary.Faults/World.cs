using Granary.EmbeddedHost.Simulation;
using Granary.Model;

namespace Granary.Faults;

/// <summary>Everything of one run.</summary>
internal sealed class World
{
    public static readonly TimeSpan SuspectAfter = TimeSpan.FromSeconds(3);
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(8);

    public static readonly TimeSpan HandOverAfter = TimeSpan.FromSeconds(1);

    private readonly Adversary _adversary;
    private readonly List<Submitter> _submitters = [];

    public World(RunOptions options)
    {
        Options = options;
        Random = new Random(unchecked(options.Seed * 747_796_405 + 1));
        Simulation = new SimulationScheduler(options.Seed);
        Story = new Story(options.KeepStory, Simulation.Time);
        Disk = new Disk(Random, Story, Figures);
        Ledger = new Ledger(Simulation.Time, Figures);
        Server = new Server(this);
        Pools = Draw(2) == 0 ? ["one"] : ["one", "two"];
        SnapshotAfterBytes = Draw(2) == 0 ? 64 * 1024 : 4096;
        var machines = 2 + Draw(3);
        for (var i = 0; i < machines; i++)
            Machines.Add(new Machine(this, $"m{i}", Pools[i % Pools.Count], 1000 * (2 + Draw(3)), 1024));
        for (var i = 0; i < 2; i++) _submitters.Add(new Submitter(this, $"c{i}", 4 + Draw(8)));
        _adversary = new Adversary(this);
    }

    public RunOptions Options { get; }

    public Random Random { get; }

    public SimulationScheduler Simulation { get; }

    public Story Story { get; }

    public RunFigures Figures { get; } = new();

    public Disk Disk { get; }

    public Ledger Ledger { get; }

    public Server Server { get; }

    public List<Machine> Machines { get; } = [];

    public IReadOnlyList<string> Pools { get; }

    public IReadOnlyList<Submitter> Submitters => _submitters;

    public long SnapshotAfterBytes { get; }

    /// <summary>So few that much changes while a snapshot is being written.</summary>
    public int SnapshotTasksPerTurn => SnapshotAfterBytes == 4096 ? 1 : 100;

    public TimeSpan ServerSkew { get; set; }

    /// <summary>Probability that a message is lost.</summary>
    public double Loss { get; set; } = 0.01;

    /// <summary>Probability that a call arrives a second time, later.</summary>
    public double Repeats { get; set; } = 0.02;

    public DateTimeOffset Now => Simulation.Time.GetUtcNow();

    public static RunResult Run(RunOptions options)
    {
        var world = new World(options);
        var start = world.Now;
        try
        {
            world.Simulation.Run(world.MainAsync);
        }
        catch (InvalidOperationException e)
        {
            world.Ledger.Violate($"crash: {e.Message}");
        }
        world.Figures.Steps = world.Simulation.Steps;
        world.Figures.VirtualTime = world.Now - start;
        return new RunResult(options.Seed, world.Ledger.Violations, world.Story.Fingerprint, world.Figures, world.Story.Lines);
    }

    public int Draw(int below) => Random.Next(below);

    public bool Chance(double probability) => Random.NextDouble() < probability;

    public TimeSpan Between(int fromMs, int toMs) => TimeSpan.FromMilliseconds(fromMs + (Random.NextDouble() * (toMs - fromMs)));

    public void After(TimeSpan delay, Action action)
    {
        ITimer? timer = null;
        timer = Simulation.Time.CreateTimer(
            _ =>
            {
                timer?.Dispose();
                action();
            },
            null, delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The lease of the last process started for a task.</summary>
    public Lease? NewestLease(TaskId task) => Ledger.Of(task) is { Count: > 0 } runs ? runs[^1].Lease : null;

    private async Task MainAsync()
    {
        Server.Start();
        await new Opening(this).DeclareAsync();
        foreach (var machine in Machines) machine.StartAgent();
        foreach (var submitter in _submitters) submitter.Start();
        _adversary.Start();
        while (!_adversary.Done) await Task.Delay(TimeSpan.FromSeconds(1), Simulation.Time);
        await new Closing(this).CheckAsync();
    }
}
