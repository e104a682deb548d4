using Granary.Model;
using Granary.Scheduling.Placement.Gpu;
using Granary.Simulation.Openb;
using Granary.Simulation.Replay;

namespace Granary.Simulation.Tests.Openb;

public sealed class OpenbTimelineTests : IDisposable
{
    private static readonly GpuRequest Whole = new(1000, 0, 1, 1000);
    private static readonly GpuRequest Half = new(1000, 0, 1, 500);
    private readonly TemporaryFolder _folder = new();

    /// <summary>One device. The second whole pod waits for the first; the half that comes last passes nobody of its own kind and starts when there is room.</summary>
    [Fact]
    public void What_fits_nowhere_waits_for_an_end()
    {
        var timeline = Run([new GpuNode(8000, 0, 1)], [(Whole, 10, 110), (Whole, 20, 70), (Half, 30, 40), (new GpuRequest(1000, 0, 2, 1000), 31, 40)]);
        // The first runs 0 to 100, the second (50 s) 100 to 150, the half 150 to 160; two devices there never are.
        Assert.Equal([0, 100, 150, 0], timeline.Starts);
        Assert.Equal([100, 150, 160, -1], timeline.Ends);
        Assert.Equal([false, false, false, true], timeline.Rejected);
        // 100 s and 50 s of a device, 10 s of half of one, in 160 s.
        Assert.Equal(155_000, timeline.Work, 6);
        Assert.Equal(160_000, timeline.Offered, 6);
    }

    [Fact]
    public void A_later_pod_of_another_kind_may_pass_and_an_earlier_one_is_tried_first()
    {
        var timeline = Run([new GpuNode(8000, 0, 1)], [(Half, 0, 100), (Whole, 1, 11), (Half, 2, 52)]);
        Assert.Equal([0, 100, 2], timeline.Starts);
    }

    [Fact]
    public void What_ran_on_a_node_that_goes_begins_anew_elsewhere()
    {
        var timeline = Run([new GpuNode(8000, 0, 1), new GpuNode(8000, 0, 1)], [(Whole, 0, 100), (Whole, 0, 100)], (30, 0));
        // The first had 30 s on the node that goes; it waits for the second to end and runs its 100 s again.
        Assert.Equal([100, 0], timeline.Starts);
        Assert.Equal([200, 100], timeline.Ends);
    }

    [Fact]
    public void A_replay_tells_what_the_contract_names_and_repeats_byte_for_byte()
    {
        var (pods, nodes) = Files();
        var request = new ReplayRequest { Trace = TraceFile.Open(pods), Nodes = nodes, Shuffles = 2, Seed = 5 };
        var report = Replays.Run(request, GpuPolicies.Fgd, CancellationToken.None);
        Assert.Equal(2, report.Jobs);
        Assert.Equal(2, report.Finished);
        Assert.Equal(1, report.GpuAllocationRatio);
        Assert.Equal(30, report.MakespanS);
        Assert.Equal(report.Digest, Replays.Run(request, GpuPolicies.Fgd, CancellationToken.None).Digest);
        Assert.Null(Replays.Run(request with { Shuffles = 0 }, GpuPolicies.Fgd, CancellationToken.None).GpuAllocationRatio);
        var slow = Replays.Run(request with { Slow = [new SlowNodes(1, 2)] }, GpuPolicies.Fgd, CancellationToken.None);
        Assert.Equal(2 * report.MeanResponseS, slow.MeanResponseS);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        var (pods, nodes) = Files();
        var request = new ReplayRequest { Trace = TraceFile.Open(pods), Nodes = nodes };
        Refuses(request with { Nodes = null }, "name a file of them");
        Refuses(request with { Nodes = "12" }, "name a file of them");
        Refuses(request with { Load = 0 }, "--load is 0");
        Refuses(request with { Load = double.NaN }, "--load is NaN");
        Refuses(request with { Shuffles = -1 }, "--shuffles is -1");
        Refuses(request with { Losses = [new NodeLoss(0, 1)] }, "--lose-node loses 1 nodes of 1");
        Refuses(request with { Slow = [new SlowNodes(2, 2)] }, "--slow-node slows 2 nodes of 1");
        Refuses(request with { Trace = TraceFile.Open(_folder.Write("1 0 0 10 1 -1 -1 1 10 -1 1 1 1 1 1 1 -1 -1\n", "jobs.swf")), Nodes = "1", Load = 1 }, "--load and --shuffles are for");
        Assert.Contains("fgd", Assert.Throws<GranaryException>(() => Replays.Run(request, "worst-fit", CancellationToken.None)).Message);
    }

    public void Dispose() => _folder.Dispose();

    private static void Refuses(ReplayRequest request, string says) =>
        Assert.Contains(says, Assert.Throws<GranaryException>(() => Replays.Run(request, null, CancellationToken.None)).Message);

    private static OpenbTimeline Run(GpuNode[] nodes, (GpuRequest Request, long From, long To)[] pods, params (long At, int Node)[] losses)
    {
        var trace = new OpenbTrace(nodes, [.. pods.Select((p, i) => new OpenbPod($"p{i}", p.Request, p.From, p.To, null))]);
        var slow = new double[nodes.Length];
        Array.Fill(slow, 1);
        var there = new GpuNodes(nodes);
        var policy = GpuPolicies.Create(GpuPolicies.FirstFit, there, GpuWorkload.Of(pods.Select(p => p.Request)), 1)!;
        var timeline = new OpenbTimeline(trace, there, policy, slow);
        timeline.Run(losses, CancellationToken.None);
        return timeline;
    }

    private (string Pods, string Nodes) Files() =>
    (
        _folder.Write("name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\na,1000,1,1,1000,,LS,Running,0,10,0\nb,1000,1,1,1000,,LS,Running,20,30,20\n", "pods.csv"),
        _folder.Write("sn,cpu_milli,memory_mib,gpu,model\nn,8000,1000,2,T4\n", "nodes.csv")
    );
}
