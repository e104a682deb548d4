using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using FsCheck;
using FsCheck.Fluent;
using Granary.Access.Turns;

namespace Granary.Access.Tests;

public sealed class FrameReaderTests
{
    private const int Large = LargeRequests.Small + 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly LargeRequests _turns = new(TimeProvider.System, bytesAtOnce: 1, share: 1);
    private readonly FrameReader _reader;

    public FrameReaderTests() => _reader = new FrameReader(_pipe.Reader, _turns, this);

    [Fact]
    public async Task A_large_message_is_shown_alone_and_only_when_its_turn_has_come()
    {
        await Send([.. Preamble(20), .. Message(10, 30), .. Message(10, Large), .. Message(10, 40)]);
        Assert.Equal(24, await Next());
        Assert.Equal(48, await Next());
        var other = await _turns.EnterAsync(new object(), Large);
        var large = Next();
        Assert.True(SpinWait.SpinUntil(() => _turns.Waiting == 1, Patience));
        Assert.False(large.IsCompleted);
        _turns.Leave(other);
        Assert.Equal(18 + Large, await large);
        Assert.Equal(0, _turns.UnderWay); // it has been decoded
        Assert.Equal(58, await Next());
    }

    [Fact]
    public async Task Its_turn_lasts_while_it_is_being_decoded()
    {
        await Send([.. Preamble(20), .. Message(10, Large)]);
        await Next();
        var read = await Read();
        Assert.Equal(18 + Large, _turns.UnderWay);
        var other = _turns.EnterAsync(new object(), Large).AsTask();
        Assert.False(other.IsCompleted);
        _reader.AdvanceTo(read.Buffer.End);
        _turns.Leave(await other.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, _turns.UnderWay);
    }

    [Fact]
    public async Task Who_goes_while_it_waits_gives_its_turn_back()
    {
        await Send([.. Preamble(20), .. Message(10, Large)]);
        await Next();
        var other = await _turns.EnterAsync(new object(), Large);
        var reading = Read();
        Assert.True(SpinWait.SpinUntil(() => _turns.Waiting == 1, Patience));
        _reader.CancelPendingRead();
        Assert.True((await reading).IsCanceled);
        _turns.Leave(other);
        Assert.True(SpinWait.SpinUntil(() => _turns is { Waiting: 0, UnderWay: 0 }, Patience), "its turn was kept");
        await _reader.CompleteAsync();
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(5, -1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public async Task What_can_be_no_message_is_shown_as_it_comes(int header, int body)
    {
        await Send([.. Preamble(20), .. Message(10, 30), .. Lengths(header, body), 1, 2, 3]);
        Assert.Equal(24, await Next());
        Assert.Equal(48, await Next());
        Assert.Equal(11, await Next());
        await Send([4, 5]);
        Assert.Equal(2, await Next());
    }

    [Fact]
    public async Task What_ends_in_the_middle_of_a_message_is_shown_at_its_end()
    {
        await Send([.. Preamble(20), .. Message(10, 30), .. Lengths(10, 30), 1, 2, 3]);
        await _pipe.Writer.CompleteAsync();
        await Next();
        Assert.Equal(48, await Next());
        var last = await Read();
        Assert.True(last.IsCompleted);
        Assert.Equal(11, last.Buffer.Length);
    }

    /// <summary>However it is cut when it comes, all of it is shown in its order, whole messages at a time, the large ones alone, and no turn is kept.</summary>
    [Fact]
    public void Nothing_is_lost_however_it_comes() => Prop.ForAll<NonEmptyArray<PositiveInt>>(seeds =>
    {
        var random = new Random(seeds.Get.Sum(s => s.Get));
        List<byte[]> frames = [Preamble(random.Next(0, 60))];
        foreach (var _ in seeds.Get) frames.Add(Message(random.Next(1, 50), random.Next(4) == 0 ? random.Next(LargeRequests.Small, 3 * LargeRequests.Small) : random.Next(0, 400)));
        random.NextBytes(frames[^1].AsSpan(8));
        Assert.Equal(frames.SelectMany(f => f), PassAsync(frames, random).GetAwaiter().GetResult());
    }).QuickCheckThrowOnFailure();

    private static async Task<byte[]> PassAsync(List<byte[]> frames, Random random)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var turns = new LargeRequests(TimeProvider.System, bytesAtOnce: 1, share: 1);
        var reader = new FrameReader(pipe.Reader, turns, pipe);
        var bytes = frames.SelectMany(f => f).ToArray();
        var writing = Task.Run(async () =>
        {
            for (var at = 0; at < bytes.Length;)
            {
                var length = Math.Min(bytes.Length - at, random.Next(3) == 0 ? random.Next(1, 12) : random.Next(1, 50_000));
                await pipe.Writer.WriteAsync(bytes.AsMemory(at, length));
                at += length;
            }
            await pipe.Writer.CompleteAsync();
        });
        var shown = new List<byte>();
        for (var frame = 0; ;)
        {
            var read = await reader.ReadAsync();
            var (first, length) = (frame, read.Buffer.Length);
            for (var sum = 0L; sum < length; sum += frames[frame++].Length) Assert.True(frame < frames.Count);
            Assert.Equal(frames[first..frame].Sum(f => (long)f.Length), length);
            Assert.True(frame - first <= 1 || frames[first..frame].All(f => f.Length <= LargeRequests.Small));
            shown.AddRange(read.Buffer.ToArray());
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }
        await writing;
        Assert.Equal(0, turns.UnderWay);
        return [.. shown];
    }

    private static byte[] Preamble(int length)
    {
        var bytes = new byte[4 + length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        return bytes;
    }

    private static byte[] Message(int header, int body) => [.. Lengths(header, body), .. new byte[header + body]];

    private static byte[] Lengths(int header, int body)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, header);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), body);
        return bytes;
    }

    private async Task Send(byte[] bytes) => await _pipe.Writer.WriteAsync(bytes, TestContext.Current.CancellationToken);

    private Task<ReadResult> Read() => _reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>Bytes that are shown next, which are then decoded.</summary>
    private async Task<long> Next()
    {
        var read = await Read();
        var length = read.Buffer.Length;
        _reader.AdvanceTo(read.Buffer.End);
        return length;
    }
}
