using Granary.Scheduling.Placement.Gpu;
using Granary.Scheduling.Placement.Gpu.Scores;

namespace Granary.Scheduling.Tests.Placement.Gpu;

public sealed class LookaheadTests
{
    // Three of four shares take 600, one takes 300.
    private static readonly GpuWorkload Shares = GpuWorkload.Of(
        new Dictionary<GpuRequest, double> { [new(1000, 0, 1, 600)] = 3, [new(1000, 0, 1, 300)] = 1 }, coverage: 1);

    [Theory]
    [InlineData(0, 1000, 1000)]
    [InlineData(0, 250, 250)]
    // One offer: 0.75 * 400 + 0.25 * 700.
    [InlineData(1, 1000, 475)]
    // 0.75 * 500 (does not fit) + 0.25 * 200.
    [InlineData(1, 500, 425)]
    [InlineData(1, 299, 299)]
    // Two offers from 1000: 0.75 * L(1, 400) + 0.25 * L(1, 700), L(1, 400) = 0.75 * 400 + 0.25 * 100 = 325, L(1, 700) = 0.75 * 100 + 0.25 * 400 = 175.
    [InlineData(2, 1000, 287.5)]
    public void What_is_left_is_worked_out_offer_by_offer(int offers, int free, double expected) =>
        Assert.Equal(expected, new ExpectedLeftover(Shares, offers).Of(free), 9);

    [Fact]
    public void Without_shares_all_stays_idle() => Assert.Equal(700, new ExpectedLeftover(GpuWorkload.Of([new GpuRequest(1, 0)])).Of(700), 9);

    [Fact]
    public void A_share_takes_the_device_that_loses_least()
    {
        var nodes = new GpuNodes([new GpuNode(64_000, 0, 3)]);
        nodes.Place(0, new GpuRequest(0, 0, 1, 100), 1);
        nodes.Place(0, new GpuRequest(0, 0, 1, 700), 2);
        // 900, 300 and 1000 free: 300 into the hole of 300 leaves nothing idle.
        new LookaheadScore(Shares, 64_000).Score(nodes, 0, new GpuRequest(1000, 0, 1, 300), out var devices);
        Assert.Equal(2u, devices);
        // 600: of 900 the rest is just what the other share takes.
        new LookaheadScore(Shares, 64_000).Score(nodes, 0, new GpuRequest(1000, 0, 1, 600), out devices);
        Assert.Equal(1u, devices);
    }

    /// <summary>CPU alone goes where CPU is left over, so that devices elsewhere keep theirs.</summary>
    [Fact]
    public void Requests_without_devices_go_where_cpu_is_left_over()
    {
        var workload = GpuWorkload.Of([new GpuRequest(10_000, 0, 1, 1000)]);
        var nodes = new GpuNodes([new GpuNode(32_000, 0, 4), new GpuNode(104_000, 0, 2)]);
        var policy = GpuPolicies.Create(GpuPolicies.Lookahead, nodes, workload, 1)!;
        Assert.Equal(1, policy.Choose(nodes, new GpuRequest(60_000, 0), out _));
        Assert.Equal(10, workload.CpuPerGpu);
    }
}
