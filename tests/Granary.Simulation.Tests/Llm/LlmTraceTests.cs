using System.Text;
using Granary.Model;
using Granary.Simulation.Llm;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Tests.Llm;

public sealed class LlmTraceTests
{
    private const string Header = "TIMESTAMP,ContextTokens,GeneratedTokens\n";

    private static Workload Read(string lines, LlmCapacity? capacity = null) =>
        LlmTrace.Read(new MemoryStream(Encoding.UTF8.GetBytes(Header + lines)), "r.csv", capacity ?? new LlmCapacity { PromptTokensPerS = 1000, GeneratedTokensPerS = 10 });

    [Fact]
    public void A_request_reads_its_prompt_and_then_writes()
    {
        var workload = Read("2023-11-16 18:17:03.9799600,500,25\r\n2023-11-16 18:17:05.4799600,0,1\n\n2023-11-16 18:17:06,0,0\n");
        Assert.Equal([(0L, 3_000_000L), (1_500_000, 100_000)], workload.Jobs.Select(j => (j.Submit, j.Run)));
        Assert.All(workload.Jobs, j => Assert.Equal(1, j.Processors));
        Assert.Equal(1, workload.Skipped);
        Assert.Contains("a processor is one slot that reads 1000 prompt tokens and writes 10 tokens a second", workload.Notes);
    }

    [Theory]
    [InlineData("yesterday,1,1", "r.csv:2: 'yesterday' is no time")]
    [InlineData("2023-11-16 18:17:03,1", "r.csv:2: has 2 cells; a request has 3")]
    [InlineData("2023-11-16 18:17:03,-1,1", "r.csv:2: context tokens are '-1'")]
    [InlineData("2023-11-16 18:17:03,1,1e9", "r.csv:2: generated tokens are '1e9'")]
    [InlineData("", "r.csv: has no jobs")]
    public void What_is_wrong_is_told_with_its_place(string line, string part)
    {
        var error = Assert.Throws<GranaryException>(() => Read(line));
        Assert.Equal(ErrorCode.Invalid, error.Code);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, -1)]
    [InlineData(double.NaN, 1)]
    public void Rates_are_over_0(double prompt, double generated) => Assert.Throws<GranaryException>(() =>
        Read("2023-11-16 18:17:03,1,1", new LlmCapacity { PromptTokensPerS = prompt, GeneratedTokensPerS = generated }));
}
