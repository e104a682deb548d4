using Granary.Memory.Shared;

namespace Granary.Memory.Tests.Shared;

public sealed class HostileFileTests : IDisposable
{
    private static readonly SharedPoolOptions Small = new() { Capacity = 256 << 10, Objects = 32, Processes = 8, Agents = 8 };

    private readonly ShmFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(0, "not a shared pool")]
    [InlineData(100, "not a shared pool")]
    [InlineData(4096, "was cut")]
    [InlineData(100_000, "was cut")]
    public void A_file_that_was_cut_is_refused(long length, string says)
    {
        SharedPool.Create(_file.Path, Small, "a").Dispose();
        Cut(length);
        Assert.Contains(says, Assert.Throws<SharedPoolException>(() => SharedPool.Open(_file.Path, "a")).Message);
        Assert.Contains(says, Assert.Throws<SharedPoolException>(() => SharedPoolInspection.Read(_file.Path)).Message);
    }

    [Fact]
    public void A_file_that_is_cut_in_use_is_told_of_at_the_next_call()
    {
        using var pool = SharedPool.Create(_file.Path, Small, "a");
        var held = pool.Put(new byte[100_000]);
        Cut(8192);
        Assert.Contains("was cut", Assert.Throws<SharedPoolException>(() => pool.Allocate(1)).Message);
        Assert.Contains("somebody cut it", Assert.Throws<SharedPoolException>(() => held.CopyTo(new byte[100_000])).Message);
        held.Dispose();
    }

    [Fact]
    public void A_sealed_pool_cannot_be_cut()
    {
        using var pool = SharedPool.CreateSealed("test", Small, "a");
        using var other = SharedPool.Open(pool.Path, "a");
        using var file = File.OpenHandle(pool.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Assert.ThrowsAny<Exception>(() => RandomAccess.SetLength(file, 100));
        using var made = pool.Put("still here"u8);
        using var seen = other.Open(made.Id);
        Assert.True(seen.ReadOnlySpan.SequenceEqual("still here"u8));
    }

    [Theory]
    [InlineData(0, "not a shared pool")]
    [InlineData(8, "version")]
    [InlineData(20, "header is damaged")]
    [InlineData(50, "header is damaged")]
    [InlineData(121, "header is damaged")]
    public void A_header_that_was_written_over_is_refused(long at, string says)
    {
        SharedPool.Create(_file.Path, Small, "a").Dispose();
        _file.Scribble(at, [0xEE, 0xEE]);
        Assert.Contains(says, Assert.Throws<SharedPoolException>(() => SharedPool.Open(_file.Path, "a")).Message);
    }

    [Fact]
    public void What_does_not_fit_on_the_file_system_is_refused_when_it_is_made()
    {
        var error = Assert.Throws<SharedPoolException>(() => SharedPool.Create(_file.Path, new() { Capacity = 1L << 40, UnitBytes = 4096, Objects = 100 }, "a"));
        Assert.Contains("could be made", error.Message);
        Assert.False(File.Exists(_file.Path));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_file.Path)!, Path.GetFileName(_file.Path) + "*"));
    }

    [Fact]
    public void A_name_that_exists_is_not_taken()
    {
        using var pool = SharedPool.Create(_file.Path, Small, "a");
        Assert.Contains("exists already", Assert.Throws<SharedPoolException>(() => SharedPool.Create(_file.Path, Small, "a")).Message);
        using var made = pool.Allocate(1);
        Assert.Equal(1, pool.Statistics().Objects);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("directory")]
    public void What_is_no_file_is_refused_in_one_line(string what)
    {
        var path = what == "nowhere" ? "/no/such/pool" : "/tmp";
        Assert.DoesNotContain('\n', Assert.Throws<SharedPoolException>(() => SharedPool.Open(path, "a")).Message);
    }

    /// <summary>Random bytes over random places of the tables, again and again: calls refuse or work, nothing reads outside the file, and what is left can be used.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Tables_that_were_written_over_harm_nobody(int seed)
    {
        using var pool = SharedPool.Create(_file.Path, Small, "a");
        pool.LockTimeout = TimeSpan.FromMilliseconds(200);
        var end = SharedPoolFileLayout();
        var (random, held) = (new Random(seed), new List<SharedObject>());
        for (var round = 0; round < 400; round++)
        {
            var noise = new byte[random.Next(1, 40)];
            random.NextBytes(noise);
            if (random.Next(4) == 0) noise.AsSpan().Fill(random.Next(2) == 0 ? (byte)0 : (byte)255);
            // the lock's own word may come to name a process that lives: then it is held until that ends
            _file.Scribble(random.Next(256, end - noise.Length), noise);
            for (var step = 0; step < 6; step++)
            {
                try
                {
                    switch (random.Next(6))
                    {
                        case 0: held.Add(pool.Allocate(random.Next(3000), random.Next(3) == 0 ? $"n{random.Next(5)}" : null)); break;
                        case 1: held.Add(pool.Put(BitConverter.GetBytes(random.Next(9)), keep: random.Next(2) == 0)); break;
                        case 2: held.Add(pool.Open(new SharedId(random.Next(-1, 40), (uint)random.Next(4)))); break;
                        case 3: pool.Find($"n{random.Next(5)}"); pool.Reclaim(); break;
                        case 4: pool.CompressCold(new ColdRules { OlderThan = TimeSpan.Zero, Least = 1 }); break;
                        default:
                            if (held.Count == 0) break;
                            _ = held[0].ReadOnlySpan.IndexOfAnyExcept((byte)0);
                            held[0].Dispose();
                            held.RemoveAt(0);
                            break;
                    }
                }
                catch (SharedPoolException)
                {
                    // refused
                }
            }
            _ = SharedPoolInspection.Problems(_file.Path, contents: true);
            _ = SharedPoolInspection.Read(_file.Path).Statistics();
        }
        foreach (var left in held) left.Dispose();
        using var after = SharedPool.Open(_file.Path, "b");
        pool.Dispose();
        after.Reclaim();
        using var fine = after.Put("fine"u8);
        Assert.True(fine.IsIntact());
    }

    [Fact]
    public void A_content_that_was_written_over_is_told_of()
    {
        using var pool = SharedPool.Create(_file.Path, Small, "a");
        using var made = pool.Put(new byte[1000]);
        _file.Scribble(new FileInfo(_file.Path).Length - Small.Capacity + 10, [1]);
        Assert.False(made.IsIntact());
        Assert.Contains("content is not what was sealed", Assert.Single(SharedPoolInspection.Problems(_file.Path, contents: true)));
        using var again = pool.Put(new byte[1000]);
        Assert.NotEqual(made.Id, again.Id);
    }

    [Fact]
    public void A_lock_of_a_living_process_is_waited_for_no_longer_than_allowed()
    {
        using var pool = SharedPool.Create(_file.Path, Small, "a");
        pool.LockTimeout = TimeSpan.FromMilliseconds(100);
        _file.Scribble(SharedHeader.LockAt, BitConverter.GetBytes(ProcessIdentity.Own));
        Assert.Contains("is it stopped", Assert.Throws<SharedPoolException>(() => pool.Allocate(1)).Message);
        _file.Scribble(SharedHeader.LockAt, new byte[8]);
        using var made = pool.Allocate(1);
    }

    private int SharedPoolFileLayout() => (int)(new FileInfo(_file.Path).Length - Small.Capacity);

    private void Cut(long length)
    {
        using var file = File.OpenHandle(_file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.SetLength(file, length);
    }
}
