using FsCheck;
using FsCheck.Fluent;
using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Laws;

/// <summary>An accepted deadline is kept when run times are as declared, whatever else is submitted before and after.</summary>
public class PromiseLaws
{
    [Fact]
    public void No_admitted_set_misses() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        var pool = new VirtualPool(new SchedulerOptions
        {
            StarvationGuard = TimeSpan.FromSeconds(random.Next(1, 20)),
            AgingStep = TimeSpan.FromSeconds(random.Next(5, 60)),
            DeadlineSlack = random.Next(2) * 0.1,
        });
        pool.RunTime = a => Clock.ToMicros(a.Spec.Duration!.Value);
        for (var node = 0; node < random.Next(1, 5); node++) pool.Node($"n{node}", Make.Resources(random.Next(2, 9), random.Next(2, 9) * 1024));
        for (var agent = 0; agent < 4; agent++) pool.Agent($"a{agent}", 1 + random.Next(3), random.Next(2) == 0 ? "g" : "", (PriorityClass)random.Next(4));
        for (var i = 0; i < 60; i++)
        {
            var spec = Make.Task($"a{random.Next(4)}", seconds: Math.Round(0.1 + random.NextDouble() * 10, 1), priority: random.Next(3)) with
            {
                Resources = Make.Resources(random.Next(1, 3), random.Next(1, 3) * 512),
                Deadline = random.Next(2) == 0 ? TimeSpan.FromSeconds(random.Next(1, 40)) : null,
            };
            var count = random.Next(1, 4);
            pool.At(Math.Round(random.NextDouble() * 60, 1), () => pool.Submit(spec, count));
        }
        pool.Run();
        var promised = pool.Final.Where(t => t.Deadline is not null && t.State != TaskState.Rejected).ToArray();
        foreach (var task in promised)
            if (task.State != TaskState.Succeeded || task.Finished > task.Deadline)
                throw new InvalidOperationException($"seed {seed}: {task.Id} {task.State} at {task.Finished:ss.fff}, due {task.Deadline:ss.fff}");
        return true;
    }));

    [Fact]
    public void A_refused_deadline_could_be_kept_at_the_earliest_finish_it_names() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        var pool = new VirtualPool();
        pool.Node("n1", Make.Cpu(2));
        for (var i = 0; i < 10; i++) pool.Submit(Make.Task("a", random.Next(1, 3), random.Next(1, 10), deadline: random.Next(10, 60)));
        pool.Run(untilSeconds: random.Next(10));
        var refused = pool.Submit(Make.Task("b", random.Next(1, 3), 5, deadline: 5.5)).Rejected;
        if (refused.Count == 0) return true;
        var finish = (Clock.ToMicros(refused[0].EarliestFinish!.Value) - pool.Now) / (double)Clock.Second;
        return finish > 5.5 && pool.Submit(pool.Final[^1].Spec with { Deadline = TimeSpan.FromSeconds(finish) }).Rejected.Count == 0;
    }));

    private static Arbitrary<int> Seeds => Arb.From(Gen.Choose(0, 1_000_000));
}
