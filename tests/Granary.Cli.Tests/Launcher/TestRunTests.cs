namespace Granary.Cli.Tests.Launcher;

/// <summary><c>./granary test</c> with test programs that only print.</summary>
public sealed class TestRunTests : IDisposable
{
    private readonly FakeCheckout _checkout = new();

    public TestRunTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/bash"), "the launcher needs bash");
        _checkout.Write("Orleans.sln", "");
    }

    public void Dispose() => _checkout.Dispose();

    private (int Code, string Out, string Error) Test(params string[] args)
    {
        return _checkout.Run(new Dictionary<string, string> { ["GRANARY_HOST"] = "Embedded", ["GRANARY_TEST_LIMIT"] = "1" }, args: ["test", .. args]);
    }

    private static string Summary(int total, int failed = 0, int skipped = 0) =>
        $"echo '   X  Total: {total}, Errors: 0, Failed: {failed}, Skipped: {skipped}, Not Run: 0, Time: 0.1s'\n";

    private static string Last(string text) => text.TrimEnd('\n').Split('\n')[^1];

    [Fact]
    public void Programs_that_hold_no_host_can_be_left_out()
    {
        _checkout.AddTests("A.Tests", "echo \"host ${GRANARY_TEST_HOST-unset}\" >>\"$CALLS\"\n" + Summary(5));
        _checkout.AddTests("B.Tests", Summary(7));
        _checkout.Write("artifacts/Embedded/bin/A.Tests/release/Granary.EmbeddedHost.dll", "");
        var (code, output, _) = _checkout.Run(new Dictionary<string, string> { ["GRANARY_HOST"] = "Embedded", ["GRANARY_TEST_HOST"] = "1" }, args: ["test"]);
        Assert.Equal((0, "5 passed, 0 failed"), (code, Last(output)));
        Assert.Contains("host unset", _checkout.Calls);
    }

    [Fact]
    public void Counts_are_summed_and_the_last_line_tells_them()
    {
        _checkout.AddTests("A.Tests", Summary(5));
        _checkout.AddTests("B.Tests", Summary(7));
        var (code, output, _) = Test();
        Assert.Equal((0, "12 passed, 0 failed"), (code, Last(output)));
    }

    [Fact]
    public void What_failed_is_shown_and_makes_the_exit_code()
    {
        _checkout.AddTests("A.Tests", Summary(5));
        _checkout.AddTests("B.Tests", "echo '    B.T.x [FAIL]'; echo '      expected 1'\n" + Summary(3, failed: 1) + "exit 1\n");
        var (code, output, _) = Test();
        Assert.Equal((1, "7 passed, 1 failed"), (code, Last(output)));
        Assert.Contains("expected 1", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_skipped_is_listed_with_its_reason()
    {
        _checkout.AddTests("A.Tests", "echo '    A.T.y [SKIP]'; echo '      needs root'\n" + Summary(2, skipped: 1));
        var (code, output, _) = Test();
        Assert.Equal((0, "1 passed, 0 failed, 1 skipped"), (code, Last(output)));
        Assert.Contains("\nskipped:\n  A.T.y: needs root\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kill -9 $$", "A.Tests ended with exit code 137 and without a summary")]
    [InlineData("exit 3", "A.Tests ended with exit code 3 and without a summary")]
    [InlineData("while :; do read -r -t 60 <> <(:) || :; done", "A.Tests did not end within 1 s")]
    public void A_program_that_comes_to_no_result_has_failed(string script, string said)
    {
        _checkout.AddTests("A.Tests", script + "\n");
        var (code, output, _) = Test();
        Assert.Equal((1, "0 passed, 1 failed"), (code, Last(output)));
        Assert.Contains(said, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Good_counts_do_not_hide_a_bad_end()
    {
        _checkout.AddTests("A.Tests", Summary(2) + "exit 134\n");
        var (code, output, _) = Test();
        Assert.Equal((1, "1 passed, 1 failed"), (code, Last(output)));
    }

    [Fact]
    public void Words_choose_projects_and_options_go_to_the_programs()
    {
        _checkout.AddTests("Granary.Model.Tests", "echo \"$@\"\n" + Summary(1, failed: 1));
        _checkout.AddTests("Granary.Cli.Tests", Summary(9));
        var (_, output, _) = Test("model", "-method", "*Ties*");
        Assert.Equal("0 passed, 1 failed", Last(output));
        Assert.Contains("-method *Ties*", output, StringComparison.Ordinal);
        var (code, _, error) = Test("nothing");
        Assert.Equal((2, "granary: no test project's name contains: nothing"), (code, Last(error)));
    }

    [Fact]
    public void The_second_run_builds_nothing()
    {
        _checkout.AddTests("A.Tests", Summary(1));
        Test();
        _checkout.Age();
        Test();
        Assert.Single(_checkout.Calls, c => c.StartsWith("build ", StringComparison.Ordinal));
    }
}
