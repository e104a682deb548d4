using Granary.Simulation.Cluster.Conservative;

namespace Granary.Simulation.Tests.Cluster;

public sealed class AvailabilityProfileTests
{
    [Fact]
    public void The_earliest_hole_that_is_wide_and_long_enough_is_found()
    {
        var profile = new AvailabilityProfile(0, 8);
        profile.Change(0, 10, -6);
        profile.Change(15, 30, -5);
        Assert.Equal(0, profile.Earliest(2, 100));
        Assert.Equal(10, profile.Earliest(4, 5));
        Assert.Equal(30, profile.Earliest(4, 6));
        Assert.Equal(10, profile.Earliest(3, 1000));
        Assert.Equal(10, profile.Earliest(8, 5));
        Assert.Equal(30, profile.Earliest(8, 6));
    }

    [Fact]
    public void It_is_what_an_array_of_moments_is()
    {
        const int horizon = 400, processors = 10;
        for (var seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            var profile = new AvailabilityProfile(0, processors);
            var free = Enumerable.Repeat(processors, horizon).ToArray();
            var taken = new List<(int From, int To, int Count)>();
            var now = 0;
            for (var step = 0; step < 300; step++)
            {
                if (random.Next(10) == 0) profile.Advance(now = Math.Min(now + random.Next(3), horizon / 2));
                if (taken.Count > 0 && random.Next(2) == 0)
                {
                    var (from, to, count) = taken[random.Next(taken.Count)];
                    taken.Remove((from, to, count));
                    profile.Change(from, to, count);
                    for (var t = from; t < to; t++) free[t] += count;
                    continue;
                }
                var (wanted, span) = (random.Next(1, processors + 1), random.Next(1, 20));
                var expected = Enumerable.Range(now, horizon - now).First(t => Enumerable.Range(t, span).All(u => u >= horizon || free[u] >= wanted));
                Assert.Equal(expected, profile.Earliest(wanted, span));
                if (expected + span >= horizon) continue;
                taken.Add((expected, expected + span, wanted));
                profile.Change(expected, expected + span, -wanted);
                for (var t = expected; t < expected + span; t++) free[t] -= wanted;
            }
            // Steps that became equal are one again.
            foreach (var (from, to, count) in taken) profile.Change(from, to, count);
            Assert.Equal(1, profile.Steps);
        }
    }
}
