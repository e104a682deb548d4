using Granary.Memory.Shared;

namespace Granary.Memory.Tests.Shared;

public sealed class CrashLawTests : IDisposable
{
    private const int Capacity = 256 << 10;
    private static readonly SharedPoolOptions Options = new() { Capacity = Capacity, Objects = 40, Processes = 4, Agents = 6 };

    private readonly ShmFile _file = new();

    public void Dispose() => _file.Dispose();

    /// <summary>One process works and dies at the n-th moment, for every n; another goes on. Nothing is lost, nothing is left, nobody's bytes change.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_process_may_die_between_any_two_stores(int seed)
    {
        SharedPool.Create(_file.Path, Options, "maker").Dispose();
        var played = new PlayedProcesses(_file.Path);
        var (survivor, _) = played.Start("survivor");
        var kept = new Dictionary<SharedId, byte[]>();
        foreach (var fill in (byte[])[1, 2, 3])
        {
            var content = Content(fill, 3000);
            using var put = survivor.Put(content, keep: true);
            survivor.Grant(put.Id, null);
            kept[put.Id] = content;
        }
        var free = survivor.Statistics().Free;
        var died = 0;
        for (var moment = 0; moment < 400; moment++)
        {
            if (!Work(played, seed, moment)) died++;
            // the next to come takes the lock over, and what the dead held comes back
            survivor.Reclaim();
            Assert.DoesNotContain(SharedPoolInspection.Problems(_file.Path, contents: true), p => !p.StartsWith("process", StringComparison.Ordinal));
            foreach (var (id, content) in kept)
            {
                using var seen = survivor.Open(id);
                Assert.True(seen.ReadOnlySpan.SequenceEqual(content));
            }
            foreach (var cached in SharedPoolInspection.Read(_file.Path).Objects().Where(o => o.Owner == "worker")) Assert.True(cached.Kept > 0);
            Forget(played);
            Assert.Equal(free, survivor.Statistics().Free);
        }
        Assert.True(died > 100, $"only {died} of 400 died: the work is too short to say anything");
        Assert.True(survivor.Statistics().Steals > 50);
        survivor.Dispose();
    }

    /// <summary>Whoever repairs may die at that as well, as often as it comes.</summary>
    [Fact]
    public void A_repair_may_be_cut_short_anywhere()
    {
        SharedPool.Create(_file.Path, Options, "maker").Dispose();
        var played = new PlayedProcesses(_file.Path);
        for (var moment = 0; moment < 200; moment++)
        {
            Assert.Throws<CrashedException>(() => Die(played, 40));
            var repairers = 0;
            // the same moment again and again, each in the repair of the one before
            for (var left = moment % 12; left < 40; left += 5)
            {
                try
                {
                    Die(played, left);
                }
                catch (CrashedException)
                {
                    repairers++;
                }
            }
            Assert.True(repairers > 0);
            var (last, _) = played.Start("last");
            last.Reclaim();
            Assert.DoesNotContain(SharedPoolInspection.Problems(_file.Path, contents: true), p => !p.StartsWith("process", StringComparison.Ordinal));
            Assert.Equal((Capacity, 0), (last.Statistics().Free, last.Statistics().Objects));
            last.Dispose();
        }
    }

    private static void Die(PlayedProcesses played, int left)
    {
        var (pool, process) = played.Start("worker", left);
        try
        {
            for (var i = 0; ; i++) pool.Put(Content((byte)i, 600)).Dispose();
        }
        catch (CrashedException)
        {
            played.Bury(process);
            throw;
        }
    }

    /// <returns>False when it died.</returns>
    private static bool Work(PlayedProcesses played, int seed, int moment)
    {
        Crashing? process = null;
        try
        {
            (var pool, process) = played.Start("worker", moment);
            var (random, held) = (new Random(seed), new List<SharedObject>());
            for (var step = 0; step < 40; step++)
            {
                switch (random.Next(7))
                {
                    case 0:
                        held.Add(pool.Allocate(random.Next(5000), random.Next(2) == 0 ? $"name-{step}" : null));
                        break;
                    case 1 or 2:
                        held.Add(pool.Put(Content((byte)random.Next(8), 3000), keep: random.Next(2) == 0));
                        break;
                    case 3:
                        pool.CompressCold(new ColdRules { OlderThan = TimeSpan.Zero, Least = 1000, LeastCompressMiBps = 0, LeastDecompressMiBps = 0 });
                        break;
                    case 4 when held.Count > 0:
                        if (held[^1].CanWrite) pool.Grant(held[^1].Id, "survivor", write: true);
                        break;
                    case 5 when held.Count > 0 && held[^1].CanWrite:
                        held[^1].Seal();
                        break;
                    default:
                        if (held.Count == 0) break;
                        held[0].Dispose();
                        held.RemoveAt(0);
                        break;
                }
            }
            pool.Dispose();
            return true;
        }
        catch (CrashedException)
        {
            if (process is not null) played.Bury(process);
            return false;
        }
    }

    /// <summary>Lets the worker's cached objects go.</summary>
    private void Forget(PlayedProcesses played)
    {
        var (pool, _) = played.Start("worker");
        foreach (var cached in SharedPoolInspection.Read(_file.Path).Objects()) pool.Forget(cached.Id);
        pool.Dispose();
    }

    private static byte[] Content(byte fill, int length)
    {
        var content = new byte[length];
        content.AsSpan().Fill(fill);
        return content;
    }
}
