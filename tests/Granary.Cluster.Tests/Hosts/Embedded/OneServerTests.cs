using Granary.EndToEnd.Tests.Support;

namespace Granary.Cluster.Tests;

public class OneServerTests
{
    [Fact(Skip = "the embedded host is one server: clusters need the Orleans host, GRANARY_HOST=Orleans ./granary test Cluster")]
    public void Clusters_are_tested_on_Orleans() => Assert.Fail("not run");

    [Theory]
    [InlineData("GRANARY__Cluster__Enabled")]
    [InlineData("GRANARY__Cluster__Dashboard")]
    public async Task A_server_on_the_embedded_host_refuses_to_join_a_cluster(string name)
    {
        await using var server = TestServer.Prepare();
        var settings = new Dictionary<string, string> { [name] = "true" };
        var result = await GranaryProgram.RunAsync(server.Data, server.UpArguments, settings);
        result.ExpectLastError(2, "Orleans host", "GRANARY_HOST=Orleans");
    }
}
