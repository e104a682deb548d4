using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Granary.Cli.Tests.Commands;

/// <summary><c>cachesim</c> needs no server.</summary>
public sealed class CacheSimCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("granary-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string text, string name = "t.trace")
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public async Task Json_is_one_object_with_exactly_the_stable_fields()
    {
        var result = await new Cli().Run("cachesim", Write("1\n2\n1\n3\n1\n2\n"), "--policy", "lru", "--size", "2", "-o", "json");
        Assert.Equal((0, ""), (result.Code, result.Error));
        var report = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal(["requests", "hits", "misses", "hit_ratio", "bytes_hit_ratio", "requests_per_s"], report.EnumerateObject().Select(p => p.Name));
        // Misses 1, 2, 3 (which evicts 2) and 2 again; 1 hits twice.
        Assert.Equal((6, 2, 4), (report.GetProperty("requests").GetInt32(), report.GetProperty("hits").GetInt32(), report.GetProperty("misses").GetInt32()));
        Assert.Equal(2 / 6.0, report.GetProperty("hit_ratio").GetDouble(), 9);
    }

    [Theory]
    [InlineData("lru")]
    [InlineData("fifo")]
    [InlineData("lfu")]
    [InlineData("arc")]
    [InlineData("lirs")]
    [InlineData("sieve")]
    [InlineData("s3fifo")]
    [InlineData("wtinylfu")]
    [InlineData("belady")]
    [InlineData("auto")]
    public async Task Every_policy_of_the_contract_runs_on_a_packed_table_by_bytes(string policy)
    {
        var path = Path.Combine(_folder, "t.csv.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes("time,key,size\n1,a,100\n2,b,900\n3,a,100\n4,a,100\n"));
        var result = await new Cli().Run("cachesim", path, "--policy", policy, "--size", "1KiB", "-o", "json");
        Assert.Equal((0, ""), (result.Code, result.Error));
        var report = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal(2, report.GetProperty("hits").GetInt32());
        Assert.Equal(200 / 1200.0, report.GetProperty("bytes_hit_ratio").GetDouble(), 9);
    }

    [Fact]
    public async Task Several_policies_and_sizes_stand_side_by_side()
    {
        var path = Write("1\n2\n1\n");
        var result = await new Cli().Run("cachesim", path, "--policy", "lru,belady", "--size", "1,2");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith("POLICY", result.Lines[0], StringComparison.Ordinal);
        Assert.Equal(["lru", "belady", "lru", "belady"], result.Lines[1..].Select(l => l.Split(' ')[0]));
        var json = JsonDocument.Parse((await new Cli().Run("cachesim", path, "--policy", "lru,fifo", "--size", "2", "-o", "json")).Out).RootElement;
        Assert.Equal(["lru", "fifo"], json.EnumerateArray().Select(r => r.GetProperty("policy").GetString()!));
    }

    [Theory]
    [InlineData("", ": is empty; a trace has at least one request")]
    [InlineData("# only words\n", ": has no requests; a trace has at least one")]
    [InlineData("1\nx\n", ":2: 'x' is no block number; write one a line, or begin a table with a header like key,size")]
    [InlineData("name,colour\n", ":1: 'name,colour' is neither a block number nor a header with a column 'key'; write one block number a line, or a header like key,size")]
    [InlineData("key,size\na\n", ":2: has 1 columns where the header has 2; write one value for each")]
    [InlineData("key,size\na,-5\n", ":2: size is '-5'; write whole bytes, 0 to 4294967295")]
    [InlineData("\u0001\u0002", ": has 2 bytes, no multiple of the 24 of an oracleGeneral record; it is cut off or of another format")]
    public async Task An_invalid_file_is_one_line_and_exit_code_2(string text, string error)
    {
        var path = Write(text);
        var result = await new Cli().Run("cachesim", path, "--size", "10");
        Assert.Equal((2, "", $"granary: {path}{error}\n"), (result.Code, result.Out, result.Error));
    }

    [Theory]
    [InlineData("--policy", "lruu", "--policy is 'lruu'; it can be lru, fifo, lfu, arc, lirs, sieve, s3fifo, wtinylfu, belady, auto")]
    [InlineData("--size", "0", "--size: '0' is no size for a cache; it must be at least 1")]
    [InlineData("--size", "5m", "--size: '5m' is no size; write a number of entries like 1000, or bytes like 128MiB")]
    [InlineData("--size", "-1", "--size: '-1' is no size")]
    [InlineData("--size", "10,1MiB", "--size mixes entries and bytes; give all in one unit, like 128MiB,256MiB")]
    [InlineData("--size", "1MiB", "--size is 1MiB, and ")]
    public async Task Wrong_usage_is_one_line_and_exit_code_2(string option, string value, string error)
    {
        string[] size = option == "--size" ? [] : ["--size", "10"];
        var result = await new Cli().Run(["cachesim", Write("1\n2\n"), .. size, option, value]);
        Assert.Equal((2, ""), (result.Code, result.Out));
        Assert.StartsWith("granary: " + error, result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(c => c == '\n'));
    }

    [Fact]
    public async Task Records_that_are_none_are_refused_and_a_packed_file_may_have_several_members()
    {
        var path = Path.Combine(_folder, "noise");
        var noise = new byte[24 * 50];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(path, noise);
        var result = await new Cli().Run("cachesim", path, "--size", "10");
        Assert.Equal((2, ""), (result.Code, result.Out));
        Assert.Contains("which no oracleGeneral record does; it is of another format", result.Error, StringComparison.Ordinal);
        var packed = Path.Combine(_folder, "members.gz");
        using (var file = File.Create(packed))
        {
            foreach (var lines in (string[])["1\n2\n", "1\n2\n3\n"])
                using (var gzip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(lines));
        }
        var report = JsonDocument.Parse((await new Cli().Run("cachesim", packed, "--policy", "lru", "--size", "10", "-o", "json")).Out).RootElement;
        Assert.Equal((5, 2), (report.GetProperty("requests").GetInt32(), report.GetProperty("hits").GetInt32()));
    }

    [Fact]
    public async Task A_cut_packed_file_and_an_absent_one_are_told_apart()
    {
        var path = Path.Combine(_folder, "t.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 5000))));
        using (var file = File.OpenWrite(path)) file.SetLength(file.Length / 2);
        Assert.Contains("cut off", (await new Cli().Run("cachesim", path, "--size", "10")).Error, StringComparison.Ordinal);
        var absent = await new Cli().Run("cachesim", Path.Combine(_folder, "absent"), "--size", "10");
        Assert.Equal(2, absent.Code);
        Assert.Contains("there is no such file; check the path", absent.Error, StringComparison.Ordinal);
    }
}
