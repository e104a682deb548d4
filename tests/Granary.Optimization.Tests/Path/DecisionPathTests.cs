using Granary.Optimization.Path;
using Granary.Optimization.Plans;
using Granary.Optimization.Policy;
using Granary.Optimization.Randomness;

namespace Granary.Optimization.Tests.Path;

public class DecisionPathTests
{
    private static readonly PlanAgent[] Agents = [new("safety", 20, 0.05, 4, 1), new("physics", 4, 0.5), new("literature", 8, 0.2, 1, 0, 3), new("energy", 2, 1, 2)];
    private static readonly PlannerOptions Quick = new() { Generations = 20, Divisions = 4 };

    /// <summary>A clock that moves a millisecond whenever it is looked at.</summary>
    private sealed class Ticking : TimeProvider
    {
        private long _ticks;
        public override long TimestampFrequency => 1000;
        public override long GetTimestamp() => _ticks++;
    }

    private static PathSituation Situation(int points, double capacity = 8, long seed = 1)
    {
        var random = new RandomStream(seed);
        return new PathSituation
        {
            Agents = Agents,
            Capacity = capacity,
            History = [.. Agents.Select(a => Enumerable.Range(0, points).Select(_ => a.Rate * a.Work * (0.9 + 0.2 * random.Uniform())).ToArray())],
            Backlog = [0.1, 0.5, 0, 2],
            Seed = seed,
        };
    }

    private static DecisionPath Path(ShadowTrial? trial = null, GaussianPolicy? policy = null) => StandardPath.Create(new Ticking(), policy, trial, Quick);

    [Fact]
    public void With_enough_history_every_stage_serves_and_is_timed()
    {
        var decision = Path(policy: new GaussianPolicy()).Decide(Situation(120));
        Assert.Equal(["predict", "forecast", "policy", "front", "choice", "fine-tune", "confidence", "adaptation"], decision.Stages.Select(s => s.Stage));
        Assert.All(decision.Stages.Take(7), s => Assert.Equal((StageStatus.Done, ""), (s.Status, s.Reason)));
        Assert.All(decision.Stages, s => Assert.Equal(TimeSpan.FromMilliseconds(1), s.Took));
        Assert.True(decision.FromPath, decision.ToString());
        AssertAllowed(decision.Allocation, 8);
        Assert.NotNull(decision.Plan);
    }

    [Theory]
    [InlineData(0, "predict: safety has 0 of 12 points")]
    [InlineData(11, "predict: safety has 11 of 12 points")]
    [InlineData(30, "forecast: safety has 30 of 60 points")]
    public void A_stage_with_too_little_says_so_and_the_classical_path_serves(int points, string reason)
    {
        var decision = Path().Decide(Situation(points));
        Assert.False(decision.FromPath);
        Assert.StartsWith(reason, decision.Reason);
        Assert.Contains(decision.Stages, s => s.Status == StageStatus.TooLittle);
        Assert.Equal(StageStatus.Skipped, decision.Stages.Single(s => s.Stage == "front").Status);
        Assert.Equal(MaxMinShares.Allocate(Agents, 8, [1, 2, 1.6, 2]), decision.Allocation);
    }

    [Fact]
    public void Without_a_policy_the_path_goes_on()
    {
        var decision = Path().Decide(Situation(120));
        Assert.Equal(StageStatus.TooLittle, decision.Stages.Single(s => s.Stage == "policy").Status);
        Assert.True(decision.FromPath);
    }

    [Fact]
    public void In_shadow_the_candidate_is_told_and_does_not_act_until_it_has_won()
    {
        var trial = new ShadowTrial(1);
        var path = Path(trial);
        var decision = path.Decide(Situation(120));
        Assert.False(decision.FromPath);
        Assert.NotNull(decision.Candidate);
        Assert.StartsWith("confidence: in shadow after 0 outcomes", decision.Reason);
        for (var i = 0; i < 500 && !decision.FromPath; i++) decision = path.Decide(Situation(100) with { Outcome = (0.2, 0.9) });
        Assert.True(decision.FromPath, decision.Reason);
        for (var i = 0; i < 200 && decision.FromPath; i++) decision = path.Decide(Situation(100) with { Outcome = (0.9, 0.1) });
        Assert.Contains("withdrawn", decision.Reason);
    }

    private sealed class Stage(string name, Func<PathContext, StageResult> run) : IPathStage
    {
        public string Name => name;
        public bool Required => true;
        public StageResult Run(PathContext context) => run(context);
    }

    [Fact]
    public void Every_stage_can_be_replaced()
    {
        foreach (var name in Path().Stages.Select(s => s.Name))
        {
            var decision = Path().With(name, new Stage(name, _ => StageResult.TooLittle("nothing known"))).Decide(Situation(120));
            Assert.False(decision.FromPath);
            Assert.Equal($"{name}: nothing known", decision.Reason);
        }
        var own = Path().With("fine-tune", new Stage("fine-tune", c => { c.Tuned = [2, 2, 2, 2]; return StageResult.Done; }))
            .With("confidence", new Stage("confidence", c => { c.Confident = true; return StageResult.Done; })).Decide(Situation(120));
        Assert.True(own.FromPath);
        Assert.Equal([2, 2, 2, 2], own.Allocation);
        Assert.Throws<ArgumentException>(() => Path().With("magic", new PredictStage()));
    }

    [Fact]
    public void A_stage_that_fails_or_answers_nonsense_never_decides()
    {
        var failed = Path().With("front", new Stage("front", _ => throw new InvalidOperationException("broken"))).Decide(Situation(120));
        Assert.Equal((false, "front: broken"), (failed.FromPath, failed.Reason));
        foreach (var nonsense in new double[][] { [double.NaN, 1, 1, 1], [1, 1, 1], [9, 9, 9, 9], [0, 1, 1, 1], [1, 1, 3.5, 1] })
        {
            var decision = Path().With("fine-tune", new Stage("fine-tune", c => { c.Tuned = nonsense; return StageResult.Done; }))
                .With("confidence", new Stage("confidence", c => { c.Confident = true; return StageResult.Done; })).Decide(Situation(120));
            Assert.False(decision.FromPath);
            AssertAllowed(decision.Allocation, 8);
        }
    }

    [Fact]
    public void Whatever_the_history_no_NaN_leaves()
    {
        var random = new RandomStream(5);
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1, 0, 1e300, 1, 2, 3];
        for (var round = 0; round < 40; round++)
        {
            var capacity = 2 * Math.Exp(3 * random.Uniform());
            var situation = Situation(120, capacity, round) with
            {
                History = [.. Agents.Select(_ => Enumerable.Range(0, random.Below(200)).Select(_ => odd[random.Below(odd.Length)]).ToArray())],
                Backlog = [.. Agents.Select(_ => odd[random.Below(odd.Length)])],
            };
            var decision = Path(policy: new GaussianPolicy()).Decide(situation);
            AssertAllowed(decision.Allocation, capacity);
            if (decision.Candidate is { } candidate) Assert.All(candidate, v => Assert.True(double.IsFinite(v)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void One_agent_and_a_thousand(int count)
    {
        PlanAgent[] agents = [.. Enumerable.Range(0, count).Select(i => new PlanAgent($"a{i}", 1 + i % 5, 0.1))];
        var decision = Path().Decide(new PathSituation
        {
            Agents = agents,
            Capacity = agents.Sum(a => a.Rate * a.Work) / 0.8,
            History = [.. agents.Select(a => Enumerable.Repeat(a.Rate * a.Work, 80).ToArray())],
        });
        Assert.Equal(count, decision.Allocation.Length);
        Assert.All(decision.Allocation, v => Assert.True(double.IsFinite(v) && v >= 0));
        Assert.NotNull(decision.Candidate);
    }

    [Fact]
    public void Situations_that_cannot_be_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Path().Decide(Situation(0) with { Agents = [], History = [] }));
        Assert.Throws<InfeasibleException>(() => Path().Decide(Situation(0, 0.5)));
        Assert.Throws<ArgumentException>(() => Path().Decide(Situation(0, double.NaN)));
        Assert.Throws<ArgumentException>(() => Path().Decide(Situation(0) with { History = [[1]] }));
        Assert.Throws<ArgumentException>(() => Path().Decide(Situation(0) with { Outcome = (double.NaN, 1) }));
    }

    [Fact]
    public void The_same_situation_gives_the_same_decision() =>
        Assert.Equal(Path().Decide(Situation(120)).Allocation, Path().Decide(Situation(120)).Allocation);

    [Fact]
    public void The_classical_path_is_max_min_fair_and_gives_out_everything()
    {
        PlanAgent[] two = [new("a", 1, 1, 1), new("b", 1, 1, 3)];
        Assert.Equal([1, 3], Rounded(MaxMinShares.Allocate(two, 4, [9, 9])));
        Assert.Equal([0.5, 3.5], Rounded(MaxMinShares.Allocate(two, 4, [0.5, 9])));
        Assert.Equal([1.25, 2.75], Rounded(MaxMinShares.Allocate(two, 4, [0.5, 0.5]))); // 3 are left: by weight
        Assert.Equal([1, 3], Rounded(MaxMinShares.Allocate(two, 4, [double.NaN, double.NaN])));
        Assert.Equal([2, 2], Rounded(MaxMinShares.Allocate([two[0] with { Guarantee = 2 }, two[1]], 4, [0, 9])));

        static double[] Rounded(double[] values) => [.. values.Select(v => Math.Round(v, 6))];
    }

    private static void AssertAllowed(double[] allocation, double capacity)
    {
        Assert.Equal(Agents.Length, allocation.Length);
        Assert.InRange(allocation.Sum(), 0, capacity * (1 + 1e-6));
        for (var i = 0; i < Agents.Length; i++) Assert.InRange(allocation[i], Agents[i].Guarantee - 1e-6 * capacity, (Agents[i].Limit ?? capacity) + 1e-6 * capacity);
    }
}
