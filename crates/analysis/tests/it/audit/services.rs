//! Who can have services act with the roles of others.

use serde_json::{Value, json};

use super::{allow, allow_if, audit_of, everything, found};
use crate::access::accounts::{Account, HERE, policy, role, role_arn, trust, user};

const SERVICES: [&str; 12] = [
    "states.amazonaws.com",
    "ssm.amazonaws.com",
    "ec2.amazonaws.com",
    "lambda.amazonaws.com",
    "glue.amazonaws.com",
    "cloudformation.amazonaws.com",
    "datapipeline.amazonaws.com",
    "sagemaker.amazonaws.com",
    "codebuild.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "tasks.apprunner.amazonaws.com",
    "bedrock-agentcore.amazonaws.com",
];

fn of(rule: &str, service: &Value, policies: &[Value]) -> Vec<String> {
    let account = Account {
        users: vec![user(HERE, "ann", policies)],
        roles: vec![role(HERE, "admin", &trust(json!({"Service": service})), &[everything()])],
        ..Account::default()
    };
    found(&audit_of(&[(HERE, account)]), rule)
}

fn passing(policies: &[Value]) -> Vec<String> {
    of("privilege-escalation", &json!(SERVICES), policies)
}

#[test]
fn a_role_can_be_passed_to_what_one_may_start() {
    let pass = allow("iam:PassRole", role_arn(HERE, "admin"));
    let methods: [&[&str]; 30] = [
        &["ec2:RunInstances"],
        &["ec2:RequestSpotInstances"],
        &["autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup"],
        &["elasticmapreduce:RunJobFlow"],
        &["states:CreateStateMachine", "states:StartExecution"],
        &["states:UpdateStateMachine", "states:StartExecution"],
        &["ssm:StartAutomationExecution"],
        &["lambda:CreateFunction", "lambda:InvokeFunction"],
        &["lambda:CreateFunction", "lambda:CreateEventSourceMapping"],
        &["lambda:CreateFunction", "lambda:AddPermission"],
        &["glue:CreateDevEndpoint"],
        &["glue:CreateJob", "glue:StartJobRun"],
        &["glue:CreateJob", "glue:CreateTrigger"],
        &["glue:UpdateJob", "glue:StartJobRun"],
        &["glue:CreateSession", "glue:RunStatement"],
        &["cloudformation:CreateStack"],
        &["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"],
        &["cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"],
        &[
            "datapipeline:CreatePipeline",
            "datapipeline:PutPipelineDefinition",
            "datapipeline:ActivatePipeline",
        ],
        &["sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"],
        &["sagemaker:CreateTrainingJob"],
        &["sagemaker:CreateProcessingJob"],
        &["codebuild:CreateProject", "codebuild:StartBuild"],
        &["codebuild:CreateProject", "codebuild:StartBuildBatch"],
        &["codebuild:UpdateProject", "codebuild:StartBuild"],
        &["ecs:RegisterTaskDefinition", "ecs:RunTask"],
        &["ecs:RegisterTaskDefinition", "ecs:StartTask"],
        &["ecs:RegisterTaskDefinition", "ecs:CreateService"],
        &["batch:RegisterJobDefinition", "batch:SubmitJob"],
        &["apprunner:CreateService"],
    ];
    for method in methods {
        let name = format!("ann: iam:PassRole + {}", method.join(" + "));
        assert_eq!(passing(&[pass.clone(), allow(json!(method), "*")]), [name]);
        assert_eq!(passing(&[allow(json!(method), "*")]), [""; 0], "without passing {method:?}");
        for (index, left) in method.iter().enumerate() {
            let mut others: Vec<&str> = method.to_vec();
            others.remove(index);
            let less = passing(&[
                pass.clone(),
                allow(json!(["s3:GetObject"]), "*"),
                allow(json!([&others[..], &["s3:ListBucket"]].concat()), "*"),
            ]);
            // `codebuild:StartBuild` alone takes what runs already; without passing.
            assert_eq!(less, [""; 0], "without {left}");
        }
    }
}

#[test]
fn the_passing_is_for_one_role_and_one_service() {
    let run = allow("ec2:RunInstances", "*");
    let only = |service: &str| json!({"StringEquals": {"iam:PassedToService": service}});
    let pass = |service| allow_if("iam:PassRole", "*", only(service));
    let name = ["ann: iam:PassRole + ec2:RunInstances"];
    assert_eq!(passing(&[run.clone(), pass("ec2.amazonaws.com")]), name);
    assert_eq!(passing(&[run.clone(), pass("lambda.amazonaws.com")]), [""; 0]);
    let other = allow("iam:PassRole", role_arn(HERE, "other"));
    assert_eq!(passing(&[run.clone(), other]), [""; 0]);
    let both = [run, allow("iam:PassRole", "*")];
    let by = |service: &str| of("privilege-escalation", &json!(service), &both);
    assert_eq!(by("ec2.amazonaws.com"), name);
    assert_eq!(by("sqs.amazonaws.com"), [""; 0]);
}

#[test]
fn calls_on_resources_that_a_policy_names_count() {
    let pass = allow("iam:PassRole", "*");
    let name = ["ann: iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction"];
    let functions = |resource: &str| {
        passing(&[
            pass.clone(),
            allow(json!(["lambda:CreateFunction", "lambda:InvokeFunction"]), resource),
        ])
    };
    assert_eq!(functions("arn:aws:lambda:*:*:function:team-*"), name);
    assert_eq!(functions("arn:aws:lambda:eu-west-1:111122223333:function:one"), name);
    assert_eq!(functions("arn:aws:lambda:*:444455556666:function:team-*"), [""; 0]);
    assert_eq!(functions("arn:aws:s3:::team-*"), [""; 0]);
    let but = policy(json!([
        {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "lambda:CreateFunction", "Resource": "*"}]));
    assert_eq!(passing(&[pass, but]), [""; 0]);
}

#[test]
fn each_call_on_what_runs_already_is_told_where_the_service_has_a_role_of_administrators() {
    let methods: [(&str, &[&str]); 15] = [
        ("lambda.amazonaws.com", &["lambda:UpdateFunctionCode"]),
        ("lambda.amazonaws.com", &["lambda:UpdateFunctionConfiguration"]),
        ("states.amazonaws.com", &["states:UpdateStateMachine"]),
        ("ec2.amazonaws.com", &["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"]),
        ("ec2.amazonaws.com", &["elasticmapreduce:AddJobFlowSteps"]),
        ("ec2.amazonaws.com", &["ssm:SendCommand"]),
        ("ec2.amazonaws.com", &["ssm:StartSession"]),
        (
            "ec2.amazonaws.com",
            &["ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"],
        ),
        ("ec2.amazonaws.com", &["ec2-instance-connect:SendSSHPublicKey"]),
        ("glue.amazonaws.com", &["glue:UpdateDevEndpoint"]),
        ("cloudformation.amazonaws.com", &["cloudformation:UpdateStack"]),
        ("codebuild.amazonaws.com", &["codebuild:StartBuild"]),
        ("sagemaker.amazonaws.com", &["sagemaker:CreatePresignedNotebookInstanceUrl"]),
        ("ecs-tasks.amazonaws.com", &["ecs:ExecuteCommand"]),
        ("tasks.apprunner.amazonaws.com", &["apprunner:UpdateService"]),
    ];
    let possible =
        |service: &str, policies: &[Value]| of("possible-escalation", &json!(service), policies);
    for (service, method) in methods {
        let able = [allow(json!(method), "*")];
        assert_eq!(possible(service, &able), ["ann"], "{method:?}");
        assert_eq!(possible("sqs.amazonaws.com", &able), [""; 0], "{method:?} of another");
        assert_eq!(passing(&able), [""; 0], "{method:?} passes nothing");
        for left in method {
            let others = method.iter().filter(|action| *action != left);
            let others: Vec<&str> = others.copied().chain(["s3:ListBucket"]).collect();
            assert_eq!(possible(service, &[allow(json!(others), "*")]), [""; 0], "without {left}");
        }
    }
}

#[test]
fn what_runs_already_is_told_as_possible() {
    let possible =
        |service: &str, policies: &[Value]| of("possible-escalation", &json!(service), policies);
    let update = [allow("lambda:UpdateFunctionCode", "*")];
    assert_eq!(possible("lambda.amazonaws.com", &update), ["ann"]);
    assert_eq!(possible("ec2.amazonaws.com", &update), [""; 0]);
    assert_eq!(passing(&update), [""; 0]);
    let read = [allow("lambda:GetFunction", "*")];
    assert_eq!(possible("lambda.amazonaws.com", &read), [""; 0]);
}
