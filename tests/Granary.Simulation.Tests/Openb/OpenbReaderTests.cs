using Granary.Model;
using Granary.Simulation.Openb;

namespace Granary.Simulation.Tests.Openb;

public sealed class OpenbReaderTests : IDisposable
{
    private const string Nodes = "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,P100\nn1,96000,786432,8,\n";

    private const string Header =
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Nodes_and_pods_are_read_in_their_order()
    {
        var trace = Read(Nodes, Header + "p0,12000,16384,1,1000,,LS,Running,0,100,5\n\np1,6000,0,1,460,P100|T4,BE,Pending,7,9,\np2,1000,1,0,0,T4,BE,Failed,8,8,8.0\n");
        Assert.Equal([2, 8], trace.Nodes.Select(n => n.Gpus));
        Assert.Equal([1UL, 0UL], trace.Nodes.Select(n => n.Model));
        Assert.Equal(10_000, trace.GpuCapacityMilli);
        Assert.Equal(["p0", "p1", "p2"], trace.Pods.Select(p => p.Name));
        Assert.Equal([0UL, 3UL, 0UL], trace.Pods.Select(p => p.Request.Models));
        Assert.Equal([1000, 460, 0], trace.Pods.Select(p => p.Request.TotalMilli));
        Assert.Equal([5L, null, 8L], trace.Pods.Select(p => p.Started));
    }

    /// <summary>The trace's variants leave columns out: no models, no times.</summary>
    [Fact]
    public void Models_and_times_need_not_be_there()
    {
        var pod = Assert.Single(Read(Nodes, "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,1,2,1,500\n").Pods);
        Assert.Null(pod.Created);
        Assert.Equal(0UL, pod.Request.Models);
    }

    [Theory]
    [InlineData("name,cpu_milli,memory_mib\np0,1,2\n", "pods.csv:1: the header has no column 'num_gpu'")]
    [InlineData(Header, "pods.csv: has no pods")]
    [InlineData(Header + "p0,1,2,1\n", "pods.csv:2: 4 fields; the header has 11")]
    [InlineData(Header + "p0,x,2,1,500,,LS,Running,0,1,0\n", "pods.csv:2: cpu_milli is 'x'")]
    [InlineData(Header + "p0,,2,1,500,,LS,Running,0,1,0\n", "pods.csv:2: cpu_milli is empty")]
    [InlineData(Header + "p0,-1,2,1,500,,LS,Running,0,1,0\n", "pods.csv:2: cpu is -1 milli")]
    [InlineData(Header + "p0,1,2,1,1500,,LS,Running,0,1,0\n", "pods.csv:2: 1500 milli of a GPU")]
    [InlineData(Header + "p0,1,2,2,500,,LS,Running,0,1,0\n", "pods.csv:2: 2 GPUs of 500 milli each")]
    [InlineData(Header + "p0,1,2,17,1000,,LS,Running,0,1,0\n", "pods.csv:2: 17 GPUs")]
    [InlineData(Header + "p0,1,2,0,0,,LS,Running,5,1,5\n", "pods.csv:2: deletion_time 1 is before creation_time 5")]
    [InlineData(Header + "p0,1,2,0,0,,LS,Running,5,9,1\n", "pods.csv:2: scheduled_time 1 is before creation_time 5")]
    [InlineData(Header + "p0,1,2,0,0,,LS,Running,-5,9,1\n", "pods.csv:2: creation_time is -5")]
    [InlineData(Header + "p0,1,2,0,0,,LS,Running,5,,\n", "pods.csv:2: creation_time and deletion_time must both be there")]
    [InlineData(Header + "p0,1,2,0,0,,LS,Running,0,1,0\np0,1,2,0,0,,LS,Running,0,1,0\n", "pods.csv:3: pod 'p0' is there already")]
    [InlineData(Header + ",1,2,0,0,,LS,Running,0,1,0\n", "pods.csv:2: name is empty")]
    public void Bad_pods_are_named_by_line(string pods, string says) =>
        Assert.Contains(says, Assert.Throws<GranaryException>(() => Read(Nodes, pods)).Message);

    [Theory]
    [InlineData("", "nodes.csv: is empty")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model\n", "nodes.csv: has no nodes")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model\nn0,1,1,17,\n", "nodes.csv:2: gpu is 17; it must be 0 to 16")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model\nn0,1,1,8,A|B\n", "nodes.csv:2: model is 'A|B'")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model\nn0,1,99999999999,8,A\n", "nodes.csv:2: memory_mib is 99999999999")]
    [InlineData("sn,cpu_milli,memory_mib,gpu,model\nn0,1,1,8,A\nn0,1,1,8,A\n", "nodes.csv:3: node 'n0' is there already")]
    public void Bad_nodes_are_named_by_line(string nodes, string says) =>
        Assert.Contains(says, Assert.Throws<GranaryException>(() => Read(nodes, Header + "p0,1,2,0,0,,LS,Running,0,1,0\n")).Message);

    public void Dispose() => _folder.Dispose();

    private OpenbTrace Read(string nodes, string pods) => OpenbTrace.Read(_folder.Write(pods, "pods.csv"), _folder.Write(nodes, "nodes.csv"));
}
