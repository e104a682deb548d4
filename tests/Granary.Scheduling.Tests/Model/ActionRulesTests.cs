using Granary.Model;

namespace Granary.Scheduling.Tests.Model;

/// <summary>What is right and wrong of the way a task is carried out, one line a case.</summary>
public class ActionRulesTests
{
    private static readonly TaskSpec Base = new() { Agent = "a" };
    private static readonly HttpCall Call = new() { Url = "https://example.org/x" };
    private static readonly ManualWork Work = new() { Instructions = "look at it" };

    private static TaskSpec With(TaskAction action, params string[] command) => Base with { Command = command, Terms = new TaskTerms { Action = action } };

    public static TheoryData<string, TaskSpec, ExecutorKind> Right => new()
    {
        { "a command", Base with { Command = ["true"] }, ExecutorKind.Process },
        { "a handler", Base with { Handler = "noop" }, ExecutorKind.Handler },
        { "a handler with a payload", Base with { Handler = "noop", Terms = new TaskTerms { Action = new() { Payload = "{}" } } }, ExecutorKind.Handler },
        { "a call", With(new() { Http = Call }), ExecutorKind.Http },
        { "a call with everything", With(new() { Http = Call with { Method = "POST", Body = "x", Headers = Map("X-A", "b"), Expect = ["200", "3xx", "400-404"], Redirects = 10 } }), ExecutorKind.Http },
        { "an image's own command", With(new() { Container = new() { Image = "debian:12" } }), ExecutorKind.Container },
        { "a command in a container", With(new() { Container = new() { Image = "debian:12", Engine = "podman", Mounts = ["/a:/b:ro"], Network = "none" } }, "ls"), ExecutorKind.Container },
        { "a scope", With(new() { Scope = true }, "true"), ExecutorKind.Scope },
        { "a person", With(new() { Manual = Work with { Assignee = "alice", Role = "reviewer", Form = Map("verdict", "accept|reject") } }), ExecutorKind.Manual },
    };

    [Theory, MemberData(nameof(Right))]
    public void What_is_right_means_one_executor(string what, TaskSpec spec, ExecutorKind kind)
    {
        Assert.Null(ActionRules.Problem(spec));
        Assert.Equal((what, kind), (what, Executors.Of(spec)));
    }

    public static TheoryData<string, TaskSpec> Wrong => new()
    {
        { "has nothing to run", Base },
        { "has both a command and a handler", Base with { Command = ["x"], Handler = "noop" } },
        { "has http and manual; keep one", With(new() { Http = Call, Manual = Work }) },
        { "has both a command and http", With(new() { Http = Call }, "true") },
        { "has both a command and manual", With(new() { Manual = Work }, "true") },
        { "has both a handler and container", With(new() { Container = new() { Image = "x" } }) with { Handler = "noop" } },
        { "asks for a scope and has no command", With(new() { Scope = true }) },
        { "has a payload and no handler", With(new() { Payload = "x" }, "true") },
        { "calls no url", With(new() { Http = new() }) },
        { "write http:// or https://", With(new() { Http = Call with { Url = "file:///etc/passwd" } }) },
        { "write http:// or https://", With(new() { Http = Call with { Url = "/x" } }) },
        { "has a name or password in its url", With(new() { Http = Call with { Url = "https://me:secret@example.org/" } }) },
        { "has the method 'FETCH'", With(new() { Http = Call with { Method = "FETCH" } }) },
        { "sends a body with GET", With(new() { Http = Call with { Body = "x" } }) },
        { "has a header 'a b'", With(new() { Http = Call with { Headers = Map("a b", "c") } }) },
        { "has a line break", With(new() { Http = Call with { Headers = Map("a", "b\r\nc: d") } }) },
        { "belongs to the connection", With(new() { Http = Call with { Headers = Map("Host", "other") } }) },
        { "follows 11 redirects", With(new() { Http = Call with { Redirects = 11 } }) },
        { "expects the status '2x'", With(new() { Http = Call with { Expect = ["2x"] } }) },
        { "expects the status '300-200'", With(new() { Http = Call with { Expect = ["300-200"] } }) },
        { "has the image ''", With(new() { Container = new() }) },
        { "has the image '--privileged'", With(new() { Container = new() { Image = "--privileged" } }) },
        { "names the engine 'lxc'", With(new() { Container = new() { Image = "x", Engine = "lxc" } }) },
        { "names the network 'host'", With(new() { Container = new() { Image = "x", Network = "host" } }) },
        { "has the mount '/a:/b:/c'", With(new() { Container = new() { Image = "x", Mounts = ["/a:/b:/c"] } }) },
        { "has the mount '/a/../etc:/b'", With(new() { Container = new() { Image = "x", Mounts = ["/a/../etc:/b"] } }) },
        { "has a variable A with a line break", With(new() { Container = new() { Image = "x" } }) with { Environment = Map("A", "b\nc") } },
        { "is a line for the shell of a node", With(new() { Container = new() { Image = "x" } }, "ls | wc") with { Shell = true } },
        { "says nothing of what is to be done", With(new() { Manual = new() }) },
        { "has the assignee 'a b'", With(new() { Manual = Work with { Assignee = "a b" } }) },
        { "has a field verdict of 'maybe'", With(new() { Manual = Work with { Form = Map("verdict", "maybe") } }) },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void What_is_wrong_is_told_with_what_would_be_right(string told, TaskSpec spec)
    {
        var problem = ActionRules.Problem(spec);
        Assert.NotNull(problem);
        Assert.Contains(told, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }

    [Theory]
    [InlineData(null, 204, true)]
    [InlineData(null, 302, false)]
    [InlineData("302", 302, true)]
    [InlineData("4XX", 404, true)]
    [InlineData("200-204", 204, true)]
    [InlineData("200-204", 205, false)]
    public void A_status_is_expected_or_not(string? expected, int status, bool matches) =>
        Assert.Equal(matches, ExpectedStatus.Matches(expected is null ? null : [expected], status));

    [Fact]
    public void An_answer_fills_in_the_form_or_says_which_field_is_wrong()
    {
        var form = Work with { Form = new Dictionary<string, string> { ["verdict"] = "accept|reject", ["score"] = "number?", ["seen"] = "yes/no", ["why"] = "text?" } };
        Assert.Equal("{\"score\":1.5,\"seen\":true,\"verdict\":\"accept\"}\n",
            ManualRules.Answer(form, "", new Dictionary<string, string> { ["verdict"] = "accept", ["seen"] = "yes", ["score"] = "1.5" }, failed: false));
        Assert.Equal("{}\n", ManualRules.Answer(form, "", null, failed: true));
        Assert.Equal("just so", ManualRules.Answer(Work, "just so", null, failed: false));
        Says("seen is not filled in", () => ManualRules.Answer(form, "", Map("verdict", "accept"), failed: false));
        Says("verdict is 'perhaps'; it takes accept|reject", () => ManualRules.Answer(form, "", Map("verdict", "perhaps"), failed: true));
        Says("no field 'verdit'; did you mean verdict?", () => ManualRules.Answer(form, "", Map("verdit", "accept"), failed: true));
        Says("has no form", () => ManualRules.Answer(Work, "", Map("x", "y"), failed: false));

        static void Says(string told, Func<string> answer) => Assert.Contains(told, Assert.Throws<GranaryException>(answer).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Actions_are_equal_by_content()
    {
        static TaskTerms Terms() => new()
        {
            Action = new()
            {
                Http = Call with { Headers = Map("a", "b"), Expect = ["200"] },
                Container = new() { Image = "x", Mounts = ["/a:/b"] },
                Manual = Work with { Form = Map("a", "text") },
            },
        };
        Assert.Equal(Terms(), Terms());
        Assert.Equal(Terms().GetHashCode(), Terms().GetHashCode());
        Assert.NotEqual(Terms(), Terms() with { Action = Terms().Action! with { Scope = true } });
    }

    private static Dictionary<string, string> Map(string key, string value) => new() { [key] = value };
}
