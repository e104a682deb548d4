using System.Net;
using System.Text.Json.Nodes;

namespace Granary.Rest.Tests;

/// <summary>Services of agents over REST.</summary>
public sealed class ServiceTests
{
    private const string Declared = """{"agent":"lab","algorithm":"least_connections","shared":true,"affinity_header":"X-Session","probe":{"path":"/h","every":"2s"},"timeout":"5s","max_body":"1Mi","attempts":2,"backends":[{"name":"b1","url":"http://127.0.0.1:8080","weight":2}]}""";

    [Fact]
    public async Task It_is_declared_read_changed_and_removed()
    {
        await using var server = await RestServer.Start();
        var made = await server.Put("/api/services/s", Declared).Json(HttpStatusCode.Created);
        Assert.Equal("""["lab","least_connections",true,"X-Session",null,"5s",1048576,2]""",
            new JsonArray([.. new[] { "agent", "algorithm", "shared", "affinity_header", "affinity_cookie", "timeout", "max_body", "attempts" }.Select(k => made[k]?.DeepClone())]).ToJsonString());
        Assert.Equal(("/h", "2s", 3), ((string)made["probe"]!["path"]!, (string)made["probe"]!["every"]!, (int)made["probe"]!["unhealthy"]!));
        await server.Put("/api/services/s", Declared).Json();

        var with = await server.Put("/api/services/s/backends/b2", """{"url":"http://127.0.0.1:8081","zone":"a","task":"default/3","attempt":2}""").Json();
        Assert.Equal(("default/3", 2, "a"), ((string)with["backends"]![1]!["task"]!, (int)with["backends"]![1]!["attempt"]!, (string)with["backends"]![1]!["zone"]!));
        var drained = await server.Put("/api/services/s/backends/b2", """{"draining":true,"weight":0}""").Json();
        Assert.Equal((true, 0, "http://127.0.0.1:8081"), ((bool)drained["backends"]![1]!["draining"]!, (int)drained["backends"]![1]!["weight"]!, (string)drained["backends"]![1]!["url"]!));
        Assert.Equal("b1", (string)Assert.Single((await server.Send(HttpMethod.Delete, "/api/services/s/backends/b2").Json())["backends"]!.AsArray())!["name"]!);

        await server.Put("/api/services/a", """{"agent":"other"}""").Json(HttpStatusCode.Created);
        Assert.Equal(["a", "s"], Names(await server.Get("/api/services").Json()));
        Assert.Equal(["s"], Names(await server.Get("/api/services?agent=lab").Json()));
        Assert.Equal("a", (string)(await server.Get("/api/services?limit=1").Json())["cursor"]!);
        await server.Send(HttpMethod.Delete, "/api/services/s").Json();
        await server.Get("/api/services/s").Problem(404);

        static IEnumerable<string> Names(JsonNode page) => page["items"]!.AsArray().Select(s => (string)s!["name"]!);
    }

    [Theory]
    [InlineData("/api/services/s", "{}", 400, "agent: is missing")]
    [InlineData("/api/services/..s", """{"agent":"a"}""", 400, "no name of a service")]
    [InlineData("/api/services/s", """{"agent":"a","name":"t"}""", 400, "name: is 't'")]
    [InlineData("/api/services/s", """{"agent":"a","algorithm":"luck"}""", 400, "expected one of power_of_two")]
    [InlineData("/api/services/s", """{"agent":"a","attempts":0}""", 400, "attempts: is 0")]
    [InlineData("/api/services/s", """{"agent":"a","timeout":"1ms"}""", 400, "timeout: is 1ms")]
    [InlineData("/api/services/s", """{"agent":"a","affinity_header":"Authorization"}""", 400, "affinity_header:")]
    [InlineData("/api/services/s", """{"agent":"a","affinity_cookie":"a b"}""", 400, "affinity_cookie:")]
    [InlineData("/api/services/s", """{"agent":"a","probe":{"path":"x y"}}""", 400, "probe.path:")]
    [InlineData("/api/services/s", """{"agent":"a","probe":{"every":"1ms"}}""", 400, "probe.every:")]
    [InlineData("/api/services/s", """{"agent":"a","probe":{"every":"1s","timeout":"1m"}}""", 400, "probe.timeout:")]
    [InlineData("/api/services/s", """{"agent":"a","backends":[{"name":"b"}]}""", 400, "backends[0]:")]
    [InlineData("/api/services/s", """{"agent":"a","backends":[null]}""", 400, "backends[0]")]
    [InlineData("/api/services/s", """{"agent":"a","backends":[{"name":"b","url":"file:///etc"}]}""", 400, "url:")]
    [InlineData("/api/services/there/backends/b", "{}", 404, "give its url")]
    [InlineData("/api/services/there/backends/b", """{"url":"http://h","weight":-1}""", 400, "weight:")]
    [InlineData("/api/services/there/backends/b", """{"url":"http://h","attempt":2}""", 400, "attempt:")]
    [InlineData("/api/services/there/backends/b", """{"url":"http://h","task":"x/y"}""", 400, "task")]
    [InlineData("/api/services/none/backends/b", """{"url":"http://h"}""", 404, "no service 'none'")]
    [InlineData("/api/services/there", """{"agent":"b"}""", 409, "is of agent 'a'")]
    public async Task What_is_wrong_is_told_with_its_place(string path, string body, int status, string told)
    {
        await using var server = await RestServer.Start();
        await server.Put("/api/services/there", """{"agent":"a"}""").Json(HttpStatusCode.Created);
        Assert.Contains(told, await server.Put(path, body).Problem(status), StringComparison.Ordinal);
    }
}
