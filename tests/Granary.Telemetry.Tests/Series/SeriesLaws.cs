namespace Granary.Telemetry.Tests.Series;

/// <summary>The rings against a plain list of all that was ever appended.</summary>
public sealed class SeriesLaws
{
    [Fact]
    public void Any_query_answers_what_a_list_of_everything_would()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var files = new MemorySeriesFiles();
            var store = new SeriesStore(files, Make.Small);
            var all = new List<(int Second, string Name, float Value)>();
            var now = 0;
            for (var i = 0; i < 400; i++)
            {
                now += random.Next(20) == 0 ? random.Next(1, 200) : random.Next(1, 3);
                foreach (var name in (string[])["a", "b", "c"])
                {
                    if (random.Next(4) == 0) continue;
                    var value = random.Next(1000) / 8f;
                    all.Add((now, name, value));
                }
                store.Append(now, [.. all.Where(v => v.Second == now).Select(v => (v.Name, v.Value))]);
                if (random.Next(50) != 0) continue;
                if (random.Next(2) == 0) store.Dispose(); // else it was killed
                store = new(files, Make.Small);
            }
            for (var i = 0; i < 40; i++) Compare(store, all, random, now, $"seed {seed}");
            store.Dispose();
        }
    }

    private static void Compare(SeriesStore store, List<(int Second, string Name, float Value)> all, Random random, int now, string where)
    {
        var from = random.Next(Math.Max(0, now - 1200), now + 1);
        var to = random.Next(from, now + 5);
        double? step = random.Next(3) == 0 ? null : random.Next(1, 100);
        var name = ((string[])["a", "b", "c"])[random.Next(3)];
        if (store.Ask(name, from, to, step, now) is not { } answer)
        {
            Assert.DoesNotContain(all, v => v.Name == name);
            return;
        }
        Assert.True(answer.Start <= Make.At(from) && answer.Start + answer.Step > Make.At(from), where);
        for (var p = 0; p < answer.Points.Count; p++)
        {
            var begin = answer.Start + p * answer.Step;
            // points are whole, so the last may reach beyond the end as far as its resolution goes
            var until = Make.At(to).UtcTicks / answer.Resolution.Ticks * answer.Resolution.Ticks + answer.Resolution.Ticks;
            var expected = all.Where(v => v.Name == name && Make.At(v.Second) >= begin && Make.At(v.Second) < begin + answer.Step && Make.At(v.Second).UtcTicks < until)
                .Select(v => v.Value).ToArray();
            var point = answer.Points[p];
            Assert.True(point.Count == expected.Length, $"{where}: {name} has {point.Count} values at {begin:T} by {answer.Step}, {expected.Length} were given");
            if (expected.Length == 0)
            {
                Assert.True(float.IsNaN(point.Mean), where);
                continue;
            }
            Assert.Equal((expected.Min(), expected.Max()), (point.Min, point.Max));
            Assert.Equal(expected.Average(), point.Mean, 1e-3f);
        }
    }
}
