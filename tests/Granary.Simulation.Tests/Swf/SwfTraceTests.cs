using System.Text;
using Granary.Model;
using Granary.Simulation.Swf;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Tests.Swf;

public sealed class SwfTraceTests
{
    private const string Rest = " -1 -1 -1 -1 -1 -1 -1 -1";

    private static Workload Read(string text) => SwfTrace.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.swf");

    [Fact]
    public void A_line_is_a_job_and_comments_tell_the_machine()
    {
        var workload = Read("; Version: 2.2\n; MaxNodes: 64\n; MaxProcs: 128\n;\n  7\t100 -1 30.5 4 -1 -1 8 60 -1 1 3 4 5 6 -1 -1 -1\r\n");
        Assert.Equal(128, workload.Processors);
        var job = Assert.Single(workload.Jobs);
        Assert.Equal(new Job
        {
            Id = 7,
            Submit = 0,
            Run = 30_500_000,
            Estimate = 60_000_000,
            Processors = 8,
            User = 3,
            Group = 4,
            Application = 5,
            Queue = 6,
        }, job);
        Assert.Empty(workload.Notes);
    }

    [Theory]
    [InlineData("1 0 -1 5 4 -1 -1 -1 -1 -1" + Rest, 4, 5)]
    [InlineData("1 0 -1 5 4 -1 -1 0 0 -1" + Rest, 4, 5)]
    [InlineData("1 0 -1 5 -1 -1 -1 2 9 -1" + Rest, 2, 9)]
    public void What_is_unknown_is_taken_from_what_is_known(string line, int processors, int estimateS)
    {
        var job = Assert.Single(Read(line).Jobs);
        Assert.Equal((processors, estimateS * 1_000_000L), (job.Processors, job.Estimate));
    }

    [Theory]
    [InlineData("1 0 -1 5\n", "t.swf:1: has 4 fields; a job has 18, with -1 for what is unknown")]
    [InlineData("; c\n\n1 0 -1 5 1 -1 -1 -1", "t.swf:3: has 8 fields; a job has 18, with -1 for what is unknown (the file ends within this line: it seems to be cut off)")]
    [InlineData("1 0 -1 5 1 -1 -1 -1 -1 -1" + Rest + " 9\n", "t.swf:1: has more than 18 fields; a job has exactly 18")]
    [InlineData("1 0 -1 five 1 -1 -1 -1 -1 -1" + Rest, "field 4 (run time) is 'five'; it must be a number, -1 when unknown")]
    [InlineData("1 0 -1 1e3 1 -1 -1 -1 -1 -1" + Rest, "field 4 (run time) is '1e3'")]
    [InlineData("1 0 -1 NaN 1 -1 -1 -1 -1 -1" + Rest, "field 4 (run time) is 'NaN'")]
    [InlineData("1 0 -1 . 1 -1 -1 -1 -1 -1" + Rest, "field 4 (run time) is '.'")]
    [InlineData("1 0 -1 - 1 -1 -1 -1 -1 -1" + Rest, "field 4 (run time) is '-'")]
    [InlineData("1 0 -1 1.2.3 1 -1 -1 -1 -1 -1" + Rest, "field 4 (run time) is '1.2.3'")]
    [InlineData("1 0 -1 99999999999999999999 1 -1 -1 -1 -1 -1" + Rest, "field 4 (run time) is '99999999999999999999'")]
    [InlineData("1 0 -1 999999999999 1 -1 -1 -1 -1 -1" + Rest, "field 4 (run time) is 999999999999; it must be at most 100000000000 seconds")]
    [InlineData("1 -5 -1 5 1 -1 -1 -1 -1 -1" + Rest, "field 2 (submit time) is -5; it must be 0 or more")]
    [InlineData("1 0 -1 5 1 -1 -1 3000000000 -1 -1" + Rest, "field 8 (requested processors) is 3000000000; it must be at most 2147483647")]
    [InlineData("1 0 -1 5 \u0001\u0002 -1 -1 -1 -1 -1" + Rest, "field 5 (allocated processors) is '??'")]
    [InlineData("; only a header\n", "t.swf: has no jobs")]
    [InlineData("1 0 -1 0 1 -1 -1 -1 -1 -1" + Rest + "\n2 0 -1 -1 1 -1 -1 -1 -1 -1" + Rest, "none of its 2 jobs ran")]
    public void What_is_wrong_is_told_with_its_place(string text, string part)
    {
        var error = Assert.Throws<GranaryException>(() => Read(text));
        Assert.Equal(ErrorCode.Invalid, error.Code);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_line_without_end_is_refused_rather_than_read_into_memory()
    {
        var error = Assert.Throws<GranaryException>(() => Read(new string('7', 200_000)));
        Assert.Contains("t.swf:1: is longer than 64 KiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unordered_jobs_are_sorted_and_times_begin_with_the_first()
    {
        var workload = Read($"1 50 -1 5 1 -1 -1 -1 -1 -1{Rest}\n2 40 -1 5 1 -1 -1 -1 -1 -1{Rest}\n3 60 -1 5 1 -1 -1 -1 -1 -1{Rest}\n4 40 -1 5 1 -1 -1 -1 -1 -1{Rest}\n");
        Assert.Equal([(2L, 0L), (4, 0), (1, 10_000_000), (3, 20_000_000)], workload.Jobs.Select(j => (j.Id, j.Submit)));
        Assert.Equal(["2 jobs were submitted before the line above them: sorted by submit time"], workload.Notes);
    }

    [Fact]
    public void Jobs_that_never_ran_are_left_out_and_counted()
    {
        var workload = Read($"1 0 -1 0 1 -1 -1 -1 -1 -1{Rest}\n2 1 -1 -1 1 -1 -1 -1 -1 -1{Rest}\n3 2 -1 5 0 -1 -1 -1 -1 -1{Rest}\n4 3 -1 5 1 -1 -1 -1 -1 -1{Rest}\n");
        Assert.Equal(4, Assert.Single(workload.Jobs).Id);
        Assert.Equal(3, workload.Skipped);
        Assert.Equal(2, workload.Notes.Count);
    }

    [Fact]
    public void A_gzip_that_is_cut_off_is_told()
    {
        using var folder = new TemporaryFolder();
        var lines = string.Concat(Enumerable.Range(1, 20_000).Select(i => $"{i} {i * 7919L % 1000 + i} -1 {i * 31 % 977 + 1} 1 -1 -1 -1 -1 -1{Rest}\n"));
        var packed = TemporaryFolder.Gzip(lines);
        Assert.Equal(20_000, SwfTrace.Load(folder.Write(packed)).Jobs.Count);
        var error = Assert.Throws<GranaryException>(() => SwfTrace.Load(folder.Write(packed[..(packed.Length / 2)])));
        Assert.Equal(ErrorCode.Invalid, error.Code);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Garbage_ends_in_one_line_whatever_it_is()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var bytes = new byte[random.Next(1, 400)];
            random.NextBytes(bytes);
            for (var i = 0; i < bytes.Length; i++)
                if (round % 3 == 0) bytes[i] = (byte)" \n;-0123456789."[bytes[i] % 15];
            try
            {
                SwfTrace.Read(new MemoryStream(bytes), "t.swf");
            }
            catch (GranaryException e)
            {
                Assert.Equal(ErrorCode.Invalid, e.Code);
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    [Fact]
    public void Reading_a_job_allocates_nothing()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 2_000).Select(i => $"{i} {i} -1 5.5 1 -1 -1 -1 -1 -1{Rest}\n")));
        static int Count(byte[] text)
        {
            var reader = new SwfReader(new MemoryStream(text), "t.swf");
            var jobs = 0;
            while (reader.Read(out _)) jobs++;
            return jobs;
        }

        static long Allocated(byte[] text)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Count(text);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(2_000, Count(text));
        var one = Allocated(text[..(Array.IndexOf(text, (byte)'\n') + 1)]);
        Assert.Equal(one, Allocated(text));
    }
}
