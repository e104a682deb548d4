using Granary.Caching.Tiers;

namespace Granary.Caching.Tests.Tiers;

/// <summary>
/// Random work on a tier, then a fault, then a restart: what is read is always the last value that was written, or nothing. Never an older value,
/// never another's, never other bytes.
/// </summary>
public sealed class DiskTierFaultTests
{
    private static readonly DiskTierOptions Small = new() { Capacity = 32 * 1024, SegmentBytes = 4 * 1024 };

    [Theory]
    [InlineData("cut")]
    [InlineData("flip")]
    [InlineData("flips")]
    [InlineData("page of zeros")]
    [InlineData("page of noise")]
    [InlineData("none")]
    public void After_damage_there_are_no_wrong_bytes(string fault)
    {
        var survived = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var (random, file, truth) = (new Random(seed), new MemoryBlockFile(), new Dictionary<string, byte[]?>());
            Work(new DiskTier(file, Small), random, truth, steps: random.Next(1, 120));
            var damaged = file.Copy();
            Damage(damaged, fault, random);
            survived += Check(damaged, truth, $"{fault}, seed {seed}", random);
        }
        Assert.True(survived > 300, $"only {survived} values survived");
    }

    [Fact]
    public void Killed_within_any_write_there_are_no_wrong_bytes()
    {
        var survived = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var (random, truth) = (new Random(seed), new Dictionary<string, byte[]?>());
            var file = new MemoryBlockFile { WritesLeft = random.Next(4, 100) };
            var tier = new DiskTier(file, Small);
            // Half of the last write reached the disk, and no later one; what the tier did about it afterwards did not happen.
            MemoryBlockFile? crashed = null;
            for (var step = 0; step < 100 && crashed is null; step++)
            {
                Work(tier, random, truth, steps: 1);
                if (file.WritesLeft < 0) crashed = file.Copy();
            }
            survived += Check(crashed ?? file.Copy(), truth, $"seed {seed}", random);
        }
        Assert.True(survived > 300, $"only {survived} values survived");
    }

    [Fact]
    public void Damage_while_it_runs_is_a_miss()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var (random, file, truth) = (new Random(seed), new MemoryBlockFile(), new Dictionary<string, byte[]?>());
            var tier = new DiskTier(file, Small);
            for (var round = 0; round < 4; round++)
            {
                Work(tier, random, truth, steps: 40);
                Damage(file, "flips", random);
                foreach (var (key, value) in truth)
                    if (tier.Read(key) is { } read) Assert.True(value is not null && read.AsSpan().SequenceEqual(value), $"seed {seed}: {key}");
            }
        }
    }

    private static void Work(DiskTier tier, Random random, Dictionary<string, byte[]?> truth, int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            var key = $"key-{random.Next(30)}";
            if (random.Next(4) == 0)
            {
                tier.Remove(key);
                truth[key] = null;
                continue;
            }
            var value = DiskTierTests.Bytes(random.Next(), random.Next(1500));
            // What is refused is not on the disk; an older value is gone all the same.
            truth[key] = tier.Write(key, value) ? value : null;
        }
    }

    private static void Damage(MemoryBlockFile file, string fault, Random random)
    {
        if (file.Length == 0) return;
        int At() => random.Next((int)file.Length);
        switch (fault)
        {
            case "cut":
                file.SetLength(At());
                break;
            case "flip":
                file.Content[At()] ^= (byte)(1 << random.Next(8));
                break;
            case "flips":
                for (var i = random.Next(1, 30); i > 0; i--) file.Content[At()] ^= (byte)(1 << random.Next(8));
                break;
            case "page of zeros":
                file.Content.AsSpan(At() / 4096 * 4096).Slice(0, (int)Math.Min(512, file.Length % 4096 == 0 ? 512 : 1)).Clear();
                break;
            case "page of noise":
                var from = At() / 512 * 512;
                random.NextBytes(file.Content.AsSpan(from, (int)Math.Min(512, file.Length - from)));
                break;
        }
    }

    private static int Check(MemoryBlockFile file, Dictionary<string, byte[]?> truth, string what, Random random)
    {
        var survived = 0;
        for (var restart = 0; restart < 2; restart++)
        {
            var tier = new DiskTier(file, Small);
            foreach (var (key, value) in truth)
            {
                if (tier.Read(key) is not { } read) continue;
                Assert.True(value is not null && read.AsSpan().SequenceEqual(value), $"{what}: {key} is wrong after restart {restart}");
                survived++;
            }
            // It goes on as if nothing had been, and what it takes now is right as well.
            Work(tier, random, truth, steps: 10);
        }
        return survived;
    }
}
