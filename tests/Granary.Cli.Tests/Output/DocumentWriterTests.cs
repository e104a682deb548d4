using System.Text.Json.Nodes;
using Granary.Cli.Output;

namespace Granary.Cli.Tests.Output;

public sealed class DocumentWriterTests
{
    private static string Yaml(string json)
    {
        var text = new StringWriter();
        DocumentWriter.WriteYaml(text, JsonNode.Parse(json));
        return text.ToString();
    }

    [Theory]
    [InlineData("[]", "[]\n")]
    [InlineData("null", "null\n")]
    [InlineData("\"text\"", "text\n")]
    [InlineData("""{"a":1,"b":null,"c":true,"d":1.5}""", "a: 1\nb: null\nc: true\nd: 1.5\n")]
    [InlineData("""{"a":{},"b":[]}""", "a: {}\nb: []\n")]
    [InlineData("""[{"a":1,"b":{"c":[1,2]}},3]""", "- a: 1\n  b:\n    c:\n      - 1\n      - 2\n- 3\n")]
    [InlineData("""[[1],[2]]""", "- - 1\n- - 2\n")]
    public void Yaml_is_block_style(string json, string yaml) => Assert.Equal(yaml, Yaml(json));

    [Theory]
    [InlineData("default/12", "default/12")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("Null", "\"Null\"")]
    [InlineData("500m", "\"500m\"")]
    [InlineData("12", "\"12\"")]
    [InlineData("", "\"\"")]
    [InlineData("a: b", "\"a: b\"")]
    [InlineData("- x", "\"- x\"")]
    [InlineData("line\nbreak", "\"line\\nbreak\"")]
    [InlineData("quote\"", "\"quote\\\"\"")]
    public void Text_that_could_be_read_as_something_else_is_quoted(string text, string yaml) =>
        Assert.Equal(yaml + "\n", Yaml(JsonValue.Create(text)!.ToJsonString()));

    [Fact]
    public void Json_keeps_commands_readable()
    {
        var text = new StringWriter();
        DocumentWriter.WriteJson(text, new JsonObject { ["command"] = "cat <a> && 'b'" });
        Assert.Equal("{\n  \"command\": \"cat <a> && 'b'\"\n}\n", text.ToString());
    }
}
