using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.Rest.Tests.Hostile;

/// <summary>
/// Mutations of a sound body for every route that takes one. Longer: GRANARY_FUZZ_ITERATIONS or GRANARY_FUZZ_SECONDS; another run:
/// GRANARY_FUZZ_SEED. A failure names seed and round, which give the same request again.
/// </summary>
public sealed class BodyFuzzTests
{
    private static readonly int Seed = Number("GRANARY_FUZZ_SEED", 20260707);

    private static readonly string[] Pieces =
    [
        "null", "true", "-1", "1e999", "99999999999999999999", "0.1", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "[]", "{}", "[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", ",", ":", "\"",
        "\"../../etc/passwd\"", "\"1Ei\"", "\"-5s\"", "\"items\":[", "\"count\":2147483647", "\"after\":[\"x\"]", "NaN", "/*", "\ufeff", "\"\u202e\"",
    ];

    private sealed record Sample(string Name, HttpMethod Method, string Path, byte[] Body);

    private static readonly Sample[] Corpus = [.. Directory.GetFiles(AppContext.BaseDirectory + "/Corpus", "*.http").Order(StringComparer.Ordinal).Select(Read)];

    [Fact]
    public async Task The_corpus_has_a_sound_request_for_every_route_that_takes_a_change()
    {
        await using var server = await RestServer.Start();
        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(m => (Method: m, Pattern: e.RoutePattern)))
            .Where(r => r.Method is "POST" or "PUT").ToList();
        Assert.NotEmpty(routes);
        foreach (var (method, pattern) in routes)
        {
            var template = new Microsoft.AspNetCore.Routing.Template.TemplateMatcher(Microsoft.AspNetCore.Routing.Template.TemplateParser.Parse(pattern.RawText!), []);
            Assert.True(Corpus.Any(s => s.Method.Method == method && template.TryMatch(s.Path, [])), $"no sample for {method} {pattern.RawText}");
        }
        foreach (var sample in Corpus)
        {
            var status = (int)(await Send(server, sample, sample.Body)).StatusCode;
            Assert.True(status is not 400 and not 415 and < 500, $"{sample.Name}: {status}");
        }
    }

    [Fact]
    public async Task Mutated_bodies_are_answered_and_never_with_a_failure_of_the_server()
    {
        await using var server = await RestServer.Start();
        var refused = 0;
        foreach (var round in Rounds(3000))
        {
            var random = new Random(Seed + round);
            var sample = Corpus[random.Next(Corpus.Length)];
            using var reply = await Send(server, sample, Mutate(random, sample.Body));
            var status = (int)reply.StatusCode;
            Assert.True(status is >= 200 and < 500, $"seed {Seed}, round {round}: {sample.Name} is answered with {status}: {await reply.Content.ReadAsStringAsync()}");
            if (status < 400) continue;
            refused++;
            if (status != 409) Assert.Equal("application/problem+json", reply.Content.Headers.ContentType?.MediaType);
        }
        Assert.NotEqual(0, refused);
        Assert.True((await server.Get("/api/pools")).IsSuccessStatusCode);
    }

    [Theory]
    [InlineData(33)]
    [InlineData(10_000)]
    public async Task Nesting_has_a_limit(int depth)
    {
        await using var server = await RestServer.Start();

        var detail = await server.Post("{\"labels\":" + new string('[', depth) + new string(']', depth) + "}").Problem(400);

        Assert.Contains("depth", detail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task One_call_takes_so_many_items_and_says_how_many()
    {
        await using var server = await RestServer.Start();
        var items = string.Join(',', Enumerable.Repeat("{\"agent\":\"a\",\"command\":\"true\"}", 10_001));

        var detail = await server.Post($"{{\"items\":[{items}]}}").Problem(400);

        Assert.Contains("at most 10000", detail, StringComparison.Ordinal);
    }

    /// <summary>Paths that leave where they belong reach no file, and no grain of another name.</summary>
    [Theory]
    [InlineData("/api/tasks/..%2F..%2Ftoken/logs")]
    [InlineData("/api/tasks/default%2F..%2F1/logs")]
    [InlineData("/api/tasks/default/..%2F..%2Ftoken/logs")]
    [InlineData("/api/tasks/%2e%2e/1/logs")]
    [InlineData("/api/tasks/.hidden/1/logs")]
    [InlineData("/api/tasks/a%5C..%5Cb/1/logs")]
    [InlineData("/api/tasks/default/-1/logs")]
    [InlineData("/api/tasks/default/99999999999999999999/logs")]
    public async Task A_path_that_leaves_its_place_is_refused(string path)
    {
        await using var server = await RestServer.Start();

        var reply = await server.Get(path);

        Assert.True((int)reply.StatusCode is 400 or 404, $"{(int)reply.StatusCode}: {await reply.Content.ReadAsStringAsync()}");
    }

    private static Task<HttpResponseMessage> Send(RestServer server, Sample sample, byte[] body)
    {
        var request = new HttpRequestMessage(sample.Method, sample.Path);
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        return server.Client.SendAsync(request);
    }

    private static byte[] Mutate(Random random, byte[] sound)
    {
        var bytes = sound.ToList();
        for (var steps = random.Next(1, 4); steps > 0; steps--)
        {
            var at = random.Next(bytes.Count + 1);
            var end = Math.Min(bytes.Count, at + random.Next(1, 24));
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 2:
                    bytes.RemoveRange(at, end - at);
                    break;
                case 3: // a value in the place of another
                    var colon = bytes.IndexOf((byte)':', Math.Min(at, Math.Max(0, bytes.Count - 1)));
                    var stop = colon < 0 ? -1 : bytes.FindIndex(colon, b => b is (byte)',' or (byte)'}');
                    if (stop < 0) break;
                    bytes.RemoveRange(colon + 1, stop - colon - 1);
                    bytes.InsertRange(colon + 1, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 4:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, end - at));
                    break;
            }
        }
        return [.. bytes];
    }

    private static Sample Read(string file)
    {
        var text = File.ReadAllText(file);
        var line = text[..text.IndexOf('\n')].Split(' ');
        return new(Path.GetFileName(file), new HttpMethod(line[0]), line[1], Encoding.UTF8.GetBytes(text[(text.IndexOf("\n\n", StringComparison.Ordinal) + 2)..].TrimEnd()));
    }

    private static IEnumerable<int> Rounds(int usual)
    {
        var seconds = Number("GRANARY_FUZZ_SECONDS", 0);
        var most = seconds > 0 ? int.MaxValue : Number("GRANARY_FUZZ_ITERATIONS", usual);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < most && (seconds == 0 || watch.Elapsed.TotalSeconds < seconds); round++) yield return round;
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : otherwise;
}
