using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Granary.EmbeddedHost.Gateway;
using Granary.EmbeddedHost.Messaging;
using Microsoft.Extensions.DependencyInjection;

namespace Granary.EmbeddedHost.Tests.Fuzz;

/// <summary>Nothing runs beside these: they look at the memory and the descriptors of the whole process.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// Mutations of the corpus against the gateway. Longer: GRANARY_FUZZ_ITERATIONS or GRANARY_FUZZ_SECONDS; another run: GRANARY_FUZZ_SEED.
/// A failure names seed and round, which give the same bytes again.
/// </summary>
[Collection(nameof(Alone))]
public sealed class GatewayFuzzTests
{
    private const long MostGrowth = 64 * 1024 * 1024;

    private static readonly int Seed = Number("GRANARY_FUZZ_SEED", 20260707);

    private static string CorpusFolder([System.Runtime.CompilerServices.CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "..", "Corpus");

    /// <summary>The corpus is what this build writes; GRANARY_WRITE_CORPUS=1 writes it anew after a change of the protocol.</summary>
    [Fact]
    public void The_corpus_holds_a_sound_frame_of_every_kind()
    {
        if (Environment.GetEnvironmentVariable("GRANARY_WRITE_CORPUS") == "1")
            foreach (var (name, bytes) in Frames.Sound) File.WriteAllBytes(Path.Combine(CorpusFolder(), name + ".bin"), bytes);
        var corpus = Directory.GetFiles(AppContext.BaseDirectory + "/Corpus", "*.bin").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);
        Assert.Equal(Frames.Sound.Keys, corpus);
        Assert.All(Frames.Sound, f => Assert.Equal(f.Value, File.ReadAllBytes($"{AppContext.BaseDirectory}/Corpus/{f.Key}.bin")));
    }

    /// <summary>What reads a request takes memory by what has come, and not by what it promises.</summary>
    [Fact]
    public async Task Reading_a_mutated_request_takes_little_memory_and_says_what_is_wrong()
    {
        await using var server = await TestServer.StartAsync();
        var runtime = server.Services.GetRequiredService<LocalRuntime>();
        var corpus = Frames.Sound.Values.ToArray();
        foreach (var round in Rounds(20_000))
        {
            var bytes = Mutation.Of(new Random(Seed + round), corpus, mended: true);
            if (bytes.Length < 6) continue;
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                _ = Messages.ReadRequest(bytes.AsSpan(5), runtime, NoSink.Instance);
            }
            catch (Exception e)
            {
                Assert.True(e is ProtocolException or Granary.EmbeddedHost.Serialization.CodecException, $"seed {Seed}, round {round}: {e}");
            }
            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken < 256 * 1024 + (bytes.Length * 64L), $"seed {Seed}, round {round}: {taken} bytes for a message of {bytes.Length}");
        }
    }

    [Fact]
    public async Task Mutated_frames_never_keep_others_from_being_served()
    {
        await using var server = await TestServer.StartAsync();
        var corpus = Frames.Sound.Values.ToArray();
        await using var client = await server.ConnectAsync();
        Assert.Equal(1, await client.Grain<ITestGrain>("before").Add(1).Within());
        foreach (var warm in Enumerable.Range(0, 50)) await SendAsync(server, corpus, warm);
        var (memory, descriptors) = (GC.GetTotalMemory(forceFullCollection: true), Descriptors());

        foreach (var round in Rounds(1500)) await SendAsync(server, corpus, round);

        Assert.Equal(2, await client.Grain<ITestGrain>("before").Add(1).Within());
        await using (var another = await server.ConnectAsync()) Assert.Equal(1, await another.Grain<ITestGrain>("after").Add(1).Within());
        var grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        Assert.True(grown < MostGrowth, $"seed {Seed}: {grown} bytes more than before");
        Assert.True(Descriptors() - descriptors < 100, $"seed {Seed}: {descriptors} descriptors before, {Descriptors()} after");
    }

    private static async Task SendAsync(TestServer server, byte[][] corpus, int round)
    {
        var random = new Random(Seed + round);
        using var socket = await server.OpenAsync();
        try
        {
            if (random.Next(4) != 0) await socket.SendAsync(Frames.Hello($"{round:x32}"));
            for (var frames = random.Next(1, 4); frames > 0; frames--) await socket.SendAsync(Mutation.Of(random, corpus, mended: random.Next(4) != 0));
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer).Within() > 0)
            {
            }
        }
        catch (SocketException e)
        {
            // closed before all was sent, or read
            Assert.True(e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted, $"seed {Seed}, round {round}: {e}");
        }
        catch (TimeoutException)
        {
            Assert.Fail($"seed {Seed}, round {round}: neither answered nor closed");
        }
    }

    private static IEnumerable<int> Rounds(int usual)
    {
        var seconds = Number("GRANARY_FUZZ_SECONDS", 0);
        var most = seconds > 0 ? int.MaxValue : Number("GRANARY_FUZZ_ITERATIONS", usual);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < most && (seconds == 0 || watch.Elapsed.TotalSeconds < seconds); round++) yield return round;
    }

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : otherwise;

    private sealed class NoSink : Granary.EmbeddedHost.Calls.ICallSink
    {
        public static readonly NoSink Instance = new();

        public void Respond(Granary.EmbeddedHost.Calls.GrainCall call)
        {
        }
    }
}
