using System.Globalization;
using Granary.Scheduling;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Swf;

/// <summary>Writes a workload in Standard Workload Format 2.2.</summary>
public static class SwfWriter
{
    /// <param name="comments">Lines of the header, like <c>Note: text</c>.</param>
    public static void Write(TextWriter output, Workload workload, IEnumerable<string> comments)
    {
        output.Write("; Version: 2.2\n");
        foreach (var comment in comments) output.Write($"; {comment}\n");
        var jobs = workload.Jobs;
        output.Write(Text($"; MaxJobs: {jobs.Count}\n; MaxRecords: {jobs.Count}\n; MaxNodes: {workload.Processors}\n; MaxProcs: {workload.Processors}\n"));
        foreach (var job in jobs)
            output.Write(Text($"{job.Id} {Seconds(job.Submit)} -1 {Seconds(job.Run)} {job.Processors} -1 -1 {job.Processors} {Seconds(job.Estimate)} -1 1 {job.User} {job.Group} {job.Application} {job.Queue} -1 -1 -1\n"));
    }

    private static string Seconds(long micros) => ((decimal)micros / Clock.Second).ToString("0.######", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
