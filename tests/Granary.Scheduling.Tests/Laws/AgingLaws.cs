using Granary.Model;
using Granary.Scheduling.Tests.Simulation;

namespace Granary.Scheduling.Tests.Laws;

/// <summary>No class can keep another waiting for ever: the bound that docs/fairness.md states.</summary>
public class AgingLaws
{
    /// <summary>
    /// An adversary keeps the pool busy with an endless stream of agents of the highest class, each new and with more tasks than it will ever be given. Whoever waits since t
    /// is overtaken by an agent only when that one has waited since t + (classes between them + 1) aging steps or before; and once it was given something it waits
    /// since then. So after that moment T every other agent goes first at most once: the bound is T and the time that takes.
    /// </summary>
    [Theory]
    [InlineData(PriorityClass.Low, 1, 21)]
    [InlineData(PriorityClass.Low, 3, 22)]
    [InlineData(PriorityClass.Normal, 2, 23)]
    [InlineData(PriorityClass.High, 4, 24)]
    public void Every_class_is_served_within_its_bound(PriorityClass low, int slots, int seed)
    {
        const double Step = 5, Longest = 1, Every = 0.5;
        var random = new Random(seed);
        var pool = new VirtualPool(new SchedulerOptions { AgingStep = TimeSpan.FromSeconds(Step) });
        pool.Node("n", Make.Cpu(slots));
        pool.Agent("low", weight: 0.001, priorityClass: low);
        for (var i = 0; i < slots; i++) Attack(i);
        pool.Run(0.001);
        pool.Submit(Make.Task("low"), 3);
        for (var i = 0; i < 600; i++)
        {
            var n = slots + i;
            pool.At(0.01 + i * Every, () => Attack(n));
        }
        pool.Run(300);
        var starts = pool.Starts.Where(s => s.Assignment.Spec.Agent == "low").Select(s => (s.At - VirtualPool.Start) / (double)Clock.Second).ToArray();
        Assert.True(starts.Length >= 1, "it starves");
        var waitedSince = 0.0;
        foreach (var start in starts)
        {
            var overtaken = waitedSince + Step * ((int)PriorityClass.Critical - (int)low + 1);
            var others = slots + Math.Ceiling(overtaken / Every);
            Assert.InRange(start, waitedSince, overtaken + (others / slots + 1) * Longest);
            waitedSince = start;
        }

        void Attack(int n)
        {
            pool.Agent($"high{n}", weight: 1000, priorityClass: PriorityClass.Critical);
            pool.Submit(Make.Task($"high{n}", seconds: Math.Round(0.1 + random.NextDouble() * (Longest - 0.1), 2)), 4 * slots);
        }
    }
}
