using Granary.Execution.Processes;
using Granary.Execution.Shim;
using Granary.Model;

namespace Granary.Execution.Tests.Shim;

public sealed class FrameTests
{
    private static readonly Lease Lease = new(new("pool-1", 7), "n1", 2, 99);

    [Fact]
    public void A_plan_comes_back_as_it_was_sent()
    {
        var plan = Plan() with { TimeLimit = TimeSpan.FromSeconds(3), MemoryMiB = 64, CpuMilli = 1500, OutputLimitBytes = 10, KillGrace = TimeSpan.FromMilliseconds(5) };

        var back = Back(w => w.Plan(plan), (ref FrameReader r) => r.Plan());

        Assert.Equal(plan with { Arguments = [], Environment = [] }, back with { Arguments = [], Environment = [] });
        Assert.Equal(plan.Arguments, back.Arguments);
        Assert.Equal(plan.Environment, back.Environment);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    [InlineData(-1)]
    public void A_report_comes_back_as_it_was_sent(int? code)
    {
        var report = new TaskReport(Lease, ReportKind.Ended, DateTimeOffset.UtcNow, new ExitInfo
        {
            Code = code,
            Signal = 9,
            PeakMemoryKiB = 5,
            CpuTime = TimeSpan.FromSeconds(1),
            WallTime = TimeSpan.FromSeconds(2),
            Cause = ExitCause.OutOfMemory,
            Message = "ünï",
        });

        Assert.Equal(report, Back(w => w.Report(report), (ref FrameReader r) => r.Report()));
    }

    [Fact]
    public void A_frame_in_pieces_waits_for_the_rest()
    {
        var writer = new FrameWriter();
        writer.Begin(FrameKind.Hello).Long(5).End();
        for (var have = 0; have < writer.Length; have++)
        {
            ReadOnlySpan<byte> part = writer.Written.Span[..have];
            Assert.False(FrameReader.TryCut(ref part, out _));
        }
        ReadOnlySpan<byte> whole = writer.Written.Span;
        Assert.True(FrameReader.TryCut(ref whole, out var frame));
        Assert.Equal(9, frame.Length);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 255, 255, 255, 255 })]
    [InlineData(new byte[] { 1, 0, 0, 5 })]
    public void A_length_that_cannot_be_is_refused(byte[] bytes) => Assert.Throws<InvalidDataException>(() =>
    {
        ReadOnlySpan<byte> buffer = bytes;
        FrameReader.TryCut(ref buffer, out _);
    });

    [Theory]
    [InlineData(new byte[] { 2, 1 })]
    [InlineData(new byte[] { 2, 255, 255, 255, 127 })]
    public void Fields_that_are_cut_short_are_refused(byte[] frame) => Assert.Throws<InvalidDataException>(() => new FrameReader(frame).Texts());

    internal static LaunchPlan Plan(long number = 7, long token = 99) => new()
    {
        Lease = Lease with { Task = new("pool-1", number), Token = token },
        Program = "/bin/true",
        Arguments = ["true", "", "a b"],
        Environment = ["A=b"],
        WorkingDirectory = "/",
        Output = "/o",
        Error = "/e",
    };

    private delegate T Read<T>(ref FrameReader reader);

    private static T Back<T>(Action<FrameWriter> write, Read<T> read)
    {
        var writer = new FrameWriter();
        write(writer.Begin(FrameKind.Start));
        writer.End();
        ReadOnlySpan<byte> bytes = writer.Written.Span;
        Assert.True(FrameReader.TryCut(ref bytes, out var frame));
        var reader = new FrameReader(frame);
        Assert.Equal(FrameKind.Start, reader.Kind);
        return read(ref reader);
    }
}
